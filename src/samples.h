// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "frame.h"

namespace colorize {

/// Samples of a row that lie `step` bytes apart, side by side.
template <typename Sample>
void gather(const std::uint8_t* row, int step, int count, std::uint8_t* out) {
  for (std::ptrdiff_t x = 0; x < count; ++x) store(load<Sample>(row + x * step), out + x * sizeof(Sample));
}

/// The other way round; nothing between them is written.
template <typename Sample>
void scatter(const Sample* samples, int step, int count, std::uint8_t* row) {
  if (step == sizeof(Sample))
    std::memcpy(row, samples, static_cast<std::size_t>(count) * sizeof(Sample));
  else
    for (std::ptrdiff_t x = 0; x < count; ++x) store(samples[x], row + x * step);
}

}  // namespace colorize
