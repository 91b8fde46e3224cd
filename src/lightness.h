// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "tone.h"

namespace colorize {

/// The L* of a picture at a network's size.
class Lightness {
 public:
  /// `plane`: samples, CV_8U or CV_16U, whose tone is `tone` (see tone.h); result: CV_32F, L* 0..100, owned by this and
  /// valid until the next call. Shrunk by the area's mean, enlarged linearly. Allocates only when a size is new.
  const cv::Mat& measure(const cv::Mat& plane, const ToneOfLuma& tone, cv::Size size);

 private:
  void look_up(const cv::Mat& samples, const ToneOfLuma& tone);

  cv::Mat shrunk_, full_, small_;
  cv::Mat table_;  // the L* of each sample of 8 bits
  ToneOfLuma table_tone_;
};

}  // namespace colorize
