// SPDX-License-Identifier: LGPL-2.1-or-later
#include "neutral.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "codes.h"

namespace colorize {

namespace {

/// The code in one range of each tone's code in another.
template <typename Sample>
const std::vector<Sample>& code_table(Range from, Range to) {
  const auto make = [](Range range, Range other) {
    constexpr int depth = 8 * sizeof(Sample);
    const Codes codes(range, depth), others(other, depth);
    std::vector<Sample> table(static_cast<std::size_t>(codes.last) + 1);
    for (int i = 0; i <= codes.last; ++i) {
      const double tone = std::clamp(static_cast<double>(i - codes.black) / (codes.white - codes.black), 0.0, 1.0);
      const double code = range == other ? i : others.black + tone * (others.white - others.black);
      table[i] = static_cast<Sample>(std::lround(code));
    }
    return table;
  };
  static const auto same = make(Range::full, Range::full), squeezed = make(Range::full, Range::limited),
                    expanded = make(Range::limited, Range::full);
  return from == to ? same : to == Range::limited ? squeezed : expanded;
}

template <typename Sample>
void write(const Frame& gray, const Frame& colour) {
  const bool rgb = colour.layout == Frame::Layout::rgb;
  const Range range = rgb ? Range::full : colour.range;
  const auto& code = code_table<Sample>(gray.range, range);
  const auto& [first, second, third] = colour.components;
  const auto copy = [&](const std::uint8_t* from, std::uint8_t* to, int step) {
    for (int x = 0; x < gray.width; ++x) store(code[load<Sample>(from + x * sizeof(Sample))], to + x * step);
  };
  for (int y = 0; y < gray.height; ++y) {
    const std::uint8_t* from = gray.components[0].row(y);
    if (!rgb) {
      copy(from, first.row(y), first.step);
      continue;
    }
    // The three components come first in a pixel, so a whole row of 255 leaves the fourth byte, if any, opaque.
    std::memset(std::min({first.row(y), second.row(y), third.row(y)}), 255,
                static_cast<std::size_t>(gray.width) * first.step);
    for (const Component* component : {&first, &second, &third}) copy(from, component->row(y), component->step);
  }
  if (rgb) return;
  const auto neutral = static_cast<Sample>(Codes(range, colour.depth).neutral);
  for (const Component* component : {&second, &third})
    for (int y = 0; y < component->height; ++y) {
      std::uint8_t* out = component->row(y);
      for (int x = 0; x < component->width; ++x) store(neutral, out + x * component->step);
    }
}

}  // namespace

void write_neutral(const Frame& gray, const Frame& colour) {
  gray.depth == 8 ? write<std::uint8_t>(gray, colour) : write<std::uint16_t>(gray, colour);
}

}  // namespace colorize
