// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <optional>

namespace colorize {

/// How much colour a picture has, in codes of 8 bits. More than one hue over its lightness is colour; one hue that
/// follows the lightness (sepia, a tint, a cast) is none, though it be a little uneven, nor is what fills a few
/// hundredths of the picture (a logo, a caption). `lightness`: CV_32F, L*; `chroma`: CV_32FC2, Cb and Cr; of one size,
/// small enough that noise has been averaged away. Nothing where it is too dark to tell.
std::optional<double> colour_presence(const cv::Mat& lightness, const cv::Mat& chroma);

/// Whether shots have colour of their own: decided at their first frame, and again where enough frames speak against
/// it.
class ShotColour {
 public:
  /// The next frame's planes, as above; another size is another shot.
  bool judge(const cv::Mat& lightness, const cv::Mat& chroma, bool cut);

  /// The next frame begins another film.
  void forget() { *this = {}; }

 private:
  cv::Mat lightness_, chroma_;  // means of the last frames of this shot
  int frames_ = 0;
  bool decided_ = false;  // in this shot
  std::optional<bool> colour_;
  int against_ = 0;  // frames that have spoken against it without a break
};

}  // namespace colorize
