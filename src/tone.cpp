// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tone.h"

#include <cmath>

#include "codes.h"
#include "colour.h"

namespace colorize {

const std::array<float, 257>& lightness_of_tone() {
  static const auto table = [] {
    std::array<float, 257> t{};
    for (int i = 0; i < 257; ++i)
      t[i] = static_cast<float>(colour::lightness(colour::to_linear(std::min(i, 255) / 255.0)));
    return t;
  }();
  return table;
}

ToneOfRgb::ToneOfRgb(Primaries primaries) {
  const colour::Triple w = colour::luminance_weights(primaries);
  for (int i = 0; i < 257; ++i) {
    const double linear = colour::to_linear(std::min(i, 255) / 255.0);
    red_[i] = static_cast<float>(w[0] * linear);
    green_[i] = static_cast<float>(w[1] * linear);
    blue_[i] = static_cast<float>(w[2] * linear);
  }
  for (int i = 0; i <= steps; ++i)
    encoded_[i] = static_cast<float>(std::min(255.0, 255 * colour::from_linear(i / static_cast<double>(steps - 1))));
}

const ToneOfRgb& ToneOfRgb::of(Primaries primaries) {
  static const ToneOfRgb bt709(Primaries::bt709), bt2020(Primaries::bt2020);
  return primaries == Primaries::bt2020 ? bt2020 : bt709;
}

ToneOfLuma ToneOfLuma::of(const Frame& frame) {
  const Codes codes(frame.range, frame.depth);
  const double unit = 1 << frame.shift;
  return {codes.black * unit, codes.white * unit};
}

}  // namespace colorize
