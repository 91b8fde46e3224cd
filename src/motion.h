// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/video/tracking.hpp>

namespace colorize {

/// How a picture moved since the last one, by dense inverse search (Kroeger, Timofte, Dai and Van Gool 2016).
class Motion {
 public:
  /// `last`, `now`: CV_8U of one size. Afterwards the planes below tell of each pixel of `now`.
  void estimate(const cv::Mat& last, const cv::Mat& now);

  const cv::Mat& origin() const { return origin_; }  ///< CV_32FC2: its x, y in `last`, pixels
  const cv::Mat& forth() const { return forth_; }    ///< CV_32FC2: how each pixel of `last` moves, pixels
  /// CV_8U: `last` brought to where `now` is by smoothed motion. Motion that is free to take each pixel from anywhere
  /// makes one picture out of any other, so that this would not tell whether they belong together.
  const cv::Mat& moved() const { return moved_; }
  const cv::Mat& was() const { return was_; }      ///< CV_8U: how what each pixel shows looked in `last`
  const cv::Mat& trust() const { return trust_; }  ///< CV_32F 0..1: how sure it is that this is the same thing

 private:
  cv::Ptr<cv::DISOpticalFlow> flow_back_, flow_forth_;  // of their own, since both run at once
  int smallest_ = 0;                                    // side of a picture whose flow is looked for
  cv::Mat back_, forth_, whole_, smooth_, origin_, moved_, was_, returned_, trust_;
};

}  // namespace colorize
