// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <opencv2/core.hpp>

#include "frame.h"

namespace colorize {

/// The tone of a pixel is the R' = G' = B' (0..255) of the gray that is as light: of a gray or Y'CbCr picture its Y'
/// with the range undone, of an RGB picture the gray with its luminance.

/// Tone of each 8-bit code of Y' in a range; codes outside the range are clamped to 0..255.
const std::array<float, 256>& tone_of_luma(Range range);

/// CIE L* (0..100) of a gray tone, linear between the whole tones.
const std::array<float, 257>& lightness_of_tone();

/// Tone of an RGB pixel; exactly the common value where R' = G' = B'.
class ToneOfRgb {
 public:
  explicit ToneOfRgb(Primaries primaries);

  float operator()(int r, int g, int b) const {
    if (r == g && g == b) return static_cast<float>(r);
    const float position = (red_[r] + green_[g] + blue_[b]) * (steps - 1);
    const int i = static_cast<int>(position);
    return encoded_[i] + (encoded_[i + 1] - encoded_[i]) * (position - static_cast<float>(i));
  }

  static const ToneOfRgb& of(Primaries primaries);

 private:
  static constexpr int steps = 8192;  // of square-rooted luminance would need fewer, and a root for each pixel
  std::array<float, 256> red_, green_, blue_;
  std::array<float, steps + 1> encoded_;
};

/// A plane of codes of tone without a copy where the picture has one (gray, Y'CbCr: its Y'); an RGB picture's is
/// written into `buffer`, rounded to whole tones.
cv::Mat tone_plane(const Frame& frame, cv::Mat& buffer);

/// The range of the codes in `tone_plane`.
Range tone_range(const Frame& frame);

}  // namespace colorize
