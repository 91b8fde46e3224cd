// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "frame.h"

namespace colorize {

/// The L* of a picture at a network's size.
class Lightness {
 public:
  /// `tone`: 8-bit codes (see tone.h) in `range`; result: CV_32F, L* 0..100, owned by this and valid until the next
  /// call. Shrunk by the area's mean, enlarged linearly. Allocates only when a size is new.
  const cv::Mat& operator()(const cv::Mat& tone, Range range, cv::Size size);

 private:
  cv::Mat codes_, full_, small_;
};

}  // namespace colorize
