// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>

#include "frame.h"

namespace colorize {

/// The tone of a pixel is the R' = G' = B' (0..255) of the gray that is as light: of a gray or Y'CbCr picture its Y'
/// with the range undone, of an RGB picture the gray with its luminance.

/// CIE L* (0..100) of the whole gray tones, and between them linearly.
const std::array<float, 257>& lightness_of_tone();
inline float between(const std::array<float, 257>& table, float tone) {
  const int whole = static_cast<int>(tone);
  return table[whole] + (table[whole + 1] - table[whole]) * (tone - static_cast<float>(whole));
}

/// Tone of a sample of Y'; samples beyond black and white are clamped to 0..255.
struct ToneOfLuma {
  double black = 0, white = 255;  ///< samples, with the frame's shift

  static ToneOfLuma of(const Frame& frame);  ///< of gray or Y'CbCr

  double operator()(double sample) const { return std::clamp((sample - black) * 255 / (white - black), 0.0, 255.0); }
};

/// Tone of an RGB pixel; exactly the common value where R' = G' = B'.
class ToneOfRgb {
 public:
  explicit ToneOfRgb(Primaries primaries);

  float operator()(int r, int g, int b) const {
    return r == g && g == b ? static_cast<float>(r) : encoded(red_[r] + green_[g] + blue_[b]);
  }

  /// The same between whole tones.
  float operator()(float r, float g, float b) const {
    if (r == g && g == b) return r;
    return encoded(between(red_, r) + between(green_, g) + between(blue_, b));
  }

  /// The same of the pixel whose samples, of 8 or 16 bits, lie here.
  template <typename Sample>
  float at(const std::uint8_t* r, const std::uint8_t* g, const std::uint8_t* b) const {
    if constexpr (sizeof(Sample) == 1)
      return (*this)(*r, *g, *b);
    else
      return (*this)(load<Sample>(r) / 257.0F, load<Sample>(g) / 257.0F, load<Sample>(b) / 257.0F);
  }

  static const ToneOfRgb& of(Primaries primaries);

 private:
  float encoded(float luminance) const {
    const float position = luminance * (steps - 1);
    const int i = static_cast<int>(position);
    return encoded_[i] + (encoded_[i + 1] - encoded_[i]) * (position - static_cast<float>(i));
  }

  static constexpr int steps = 8192;  // of square-rooted luminance would need fewer, and a root for each pixel
  std::array<float, 257> red_, green_, blue_;
  std::array<float, steps + 1> encoded_;
};

}  // namespace colorize
