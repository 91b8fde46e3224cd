// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "ab.h"

namespace colorize {

/// Keeps human skin in the colours that it has: its hue between those of measured skin (CIELAB hue angles of some 40 to
/// 75 degrees, light and dark alike: Xiao, Yates, Zardawi and others 2017, Characterising the variations in ethnic skin
/// colours), its chroma not far below that of the same person's other skin.
class Skin {
 public:
  /// Finds it by the predicted colour `ab` and the L*, CV_32F of one size: what has its colour for sure, and what that
  /// goes on to without an edge, as light and of a weaker colour, such as a hand beside a face.
  void find(const Ab& ab, const cv::Mat& lightness);

  /// Leads what was found, and has colours `ab` by now, back to those of skin, but for the share `held` (CV_32F 0..1,
  /// or empty) of each pixel.
  void lead(const cv::Mat& held, Ab& ab) const;

 private:
  cv::Mat share_;           // CV_32F 0..1: how much of a pixel is skin; empty: none was found
  cv::Mat chroma_, a_, b_;  // means of the skin around it: chroma, and the sum of a*, b*
  cv::Mat sure_, way_, lightness_, near_, product_;
};

}  // namespace colorize
