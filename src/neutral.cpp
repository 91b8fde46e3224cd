// SPDX-License-Identifier: LGPL-2.1-or-later
#include "neutral.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "tone.h"

namespace colorize {

namespace {

/// Codes of one range to the codes of the same tones in another.
std::array<std::uint8_t, 256> code_table(Range from, Range to) {
  std::array<std::uint8_t, 256> table{};
  for (int i = 0; i < 256; ++i) {
    const double tone = tone_of_luma(from)[i];
    const double code = from == to ? i : to == Range::limited ? 16 + tone * 219 / 255 : tone;
    table[i] = static_cast<std::uint8_t>(std::lround(code));
  }
  return table;
}

}  // namespace

void write_neutral(const Frame& gray, const Frame& colour) {
  const bool rgb = colour.layout == Frame::Layout::rgb;
  const auto code = code_table(gray.range, rgb ? Range::full : colour.range);
  const auto& [first, second, third] = colour.components;
  for (int y = 0; y < gray.height; ++y) {
    const std::uint8_t* from = gray.components[0].row(y);
    std::uint8_t* to = first.row(y);
    if (!rgb) {
      for (int x = 0; x < gray.width; ++x) to[x] = code[from[x]];
      continue;
    }
    // The three components come first in a pixel, so a whole row of 255 leaves the fourth byte, if any, opaque.
    std::memset(std::min({to, second.row(y), third.row(y)}), 255, static_cast<std::size_t>(gray.width) * first.step);
    for (const Component* component : {&first, &second, &third}) {
      std::uint8_t* out = component->row(y);
      for (int x = 0; x < gray.width; ++x) out[x * component->step] = code[from[x]];
    }
  }
  if (rgb) return;
  for (const Component* component : {&second, &third})
    for (int y = 0; y < component->height; ++y) {
      std::uint8_t* out = component->row(y);
      for (int x = 0; x < component->width; ++x) out[x * component->step] = 128;
    }
}

}  // namespace colorize
