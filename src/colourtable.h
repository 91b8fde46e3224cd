// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <vector>

#include "frame.h"

namespace colorize {

/// What has to be added to a gray to give it a colour, tabulated over its tone and a*b* and read by linear interpolation.
///
/// The tone of a gray is its R' = G' = B' on the scale 0..255; a* and b* are clamped to -128..128. An entry is
/// (Cb, Cr, 0, 0) on the full-range scale -127.5..127.5 for Y'CbCr (the colour keeps the gray's luma Y'), or
/// (R', G', B', 0) minus the tone for RGB (the colour keeps the gray's L*). A colour outside the gamut gives up chroma
/// until it is inside; its hue in a*b* stays. a* = b* = 0 gives exactly 0.
class ColourTable {
 public:
  using Entry __attribute__((vector_size(16))) = float;

  static constexpr int cell = 4;                     ///< tone steps and a*b* units from an entry to the next
  static constexpr int tones = 256 / cell + 1;       ///< 0..256, so that 255 has a right neighbour
  static constexpr int chromas = 2 * 128 / cell + 1;  ///< -128..128

  /// The tables are made at their first use, once a process, and stay; safe from any thread.
  static const ColourTable& yuv(Matrix matrix, Primaries primaries);
  static const ColourTable& rgb(Primaries primaries);

  /// tone 0..255; a, b finite.
  Entry operator()(float tone, float a, float b) const {
    const Cell t(tone / cell, tones), u((a + 128) / cell, chromas), v((b + 128) / cell, chromas);
    const Entry* corner = entries_.data() + (static_cast<std::size_t>(u.index) * chromas + v.index) * tones + t.index;
    const auto along_tone = [&](const Entry* e) { return e[0] + (e[1] - e[0]) * t.fraction; };
    constexpr int next_a = chromas * tones, next_b = tones;
    const Entry low = along_tone(corner), low_b = along_tone(corner + next_b);
    const Entry high = along_tone(corner + next_a), high_b = along_tone(corner + next_a + next_b);
    const Entry left = low + (low_b - low) * v.fraction, right = high + (high_b - high) * v.fraction;
    return left + (right - left) * u.fraction;
  }

  /// The exact colour that an entry stands for, by bisection in double precision; slow.
  static Entry exact_yuv(double tone, double a, double b, Matrix matrix, Primaries primaries);
  static Entry exact_rgb(double tone, double a, double b, Primaries primaries);

 private:
  struct Cell {
    Cell(float position, int count) {
      const float inside = position < 0 ? 0 : position > static_cast<float>(count - 1) ? static_cast<float>(count - 1) : position;
      index = static_cast<int>(inside);
      if (index > count - 2) index = count - 2;
      fraction = inside - static_cast<float>(index);
    }
    int index;
    float fraction;
  };

  template <typename Colour>
  explicit ColourTable(const Colour& colour);

  std::vector<Entry> entries_;  // tone runs fastest: neighbouring pixels differ in tone first
};

}  // namespace colorize
