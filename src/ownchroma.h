// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <opencv2/core.hpp>

#include "frame.h"

namespace colorize {

/// The colour that a picture came with, at a small size.
class OwnChroma {
 public:
  /// CV_32FC2, Cb and Cr -127.5..127.5 of a Y'CbCr or RGB picture, owned by this and valid until the next call: means
  /// over some rows of each area, for a look at every pixel would take milliseconds. Allocates only when a size is new.
  const cv::Mat& measure(const Frame& frame, cv::Size size);

 private:
  cv::Mat rows_, luma_, result_;
  std::array<cv::Mat, 3> components_;
};

}  // namespace colorize
