// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "shares.h"

namespace colorize {

/// Tells a cut from everything else that changes a picture at once: flashes and fades keep the structure, pans keep it
/// after motion compensation, fast action has had little structure to keep in the frames before either.
class CutDetector {
 public:
  /// `last`, `now` and `moved` (`last` after motion compensation): CV_8U of one size, in display order without a gap.
  /// True where `now` is the first frame of another shot. `threshold` 0..1 is the share of the structure usual in this
  /// shot that has to be lost where the picture changes as much as it usually does in a cut: 0 fires at the least, 1
  /// never.
  bool operator()(const cv::Mat& last, const cv::Mat& now, const cv::Mat& moved, double threshold);

  void forget() { fresh_ = true; }

 private:
  double similarity(const cv::Mat& moved, const cv::Mat& now);
  /// Mean change of the levels, 0..255, of the picture's coarse parts, so that texture which moves does not count.
  double levels_changed(const cv::Mat& last, const cv::Mat& now);
  double usual_similarity() const;

  std::array<double, 6> past_{};  // similarities of the last frames of this shot, a ring
  std::size_t next_ = 0;
  bool fresh_ = true;
  /// Of a picture, around each pixel.
  struct Contrast {
    cv::Mat mean, deviation, square, variance;
  };
  Contrast moved_, now_;
  cv::Mat product_, both_;
  Shares down_, across_;  // of the coarse parts
  std::vector<std::int16_t> mean_;
  std::vector<std::int32_t> coarse_last_, coarse_now_;
};

}  // namespace colorize
