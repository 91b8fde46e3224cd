// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "cuts.h"
#include "motion.h"

namespace colorize {

/// What the frames of a film do: how each moved since the one before it, and where another shot begins.
class Shot {
 public:
  /// The next frame's `lightness`: CV_32F, L* 0..100. Returns whether it begins another shot (see CutDetector). One of
  /// another size than the last one has nothing to do with it.
  bool see(const cv::Mat& lightness, double scene_threshold);

  /// The next frame has nothing to do with the last one.
  void forget();

  /// Of the frame seen last: 1, 2, 3 ... without a number twice, whatever was forgotten.
  std::int64_t number() const { return number_; }

  /// Whether it follows the frame before it; only then `motion` tells how.
  bool goes_on() const { return goes_on_; }
  const Motion& motion() const { return motion_; }

  /// CV_8U: its lightness, 255 for white.
  const cv::Mat& codes() const { return last_; }

 private:
  std::int64_t number_ = 0;
  bool goes_on_ = false;
  cv::Mat last_, now_;  // CV_8U codes of lightness
  Motion motion_;
  CutDetector cuts_;
};

}  // namespace colorize
