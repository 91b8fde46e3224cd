// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "frame.h"
#include "pixelrows.h"

namespace colorize {

/// What has to be added to a gray to give it a colour, tabulated over its tone and a*b* and read by linear
/// interpolation.
///
/// The tone of a gray is its R' = G' = B' on the scale 0..255; a* and b* are clamped to -128..128. An entry is
/// (Cb, Cr, 0, 0) on the full-range scale -127.5..127.5 for Y'CbCr (the colour keeps the gray's luma Y'), or
/// (R', G', B', 0) minus the tone for RGB (the colour keeps the gray's L*). A colour outside the gamut gives up chroma
/// until it is inside; its hue in a*b* stays. a* = b* = 0 gives exactly 0.
class ColourTable {
 public:
  using Entry __attribute__((vector_size(16))) = float;

  /// The tables are made at their first use, once a process, and stay; safe from any thread.
  static const ColourTable& yuv(Matrix matrix, Primaries primaries);
  static const ColourTable& rgb(Primaries primaries);

  /// The colours of a row of samples: tone 0..255; a, b finite; `out` has a row for each channel, 2 or 3.
  void read(std::span<const float> tone, const float* a, const float* b, const ColourRows& out) const {
    read_colours({cells_.data(), channels_, scale_}, tone, a, b, out);
  }

  Entry operator()(float tone, float a, float b) const {
    float channels[3]{};
    read({&tone, 1}, &a, &b, {&channels[0], &channels[1], &channels[2]});
    return Entry{channels[0], channels[1], channels[2], 0};
  }

  /// The exact colour that an entry stands for, by bisection in double precision; slow.
  static Entry exact_yuv(double tone, double a, double b, Matrix matrix, Primaries primaries);
  static Entry exact_rgb(double tone, double a, double b, Primaries primaries);

 private:
  template <typename Colour>
  explicit ColourTable(const Colour& colour);

  int channels_;
  float scale_;
  std::vector<std::int16_t> cells_;
};

}  // namespace colorize
