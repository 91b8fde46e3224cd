// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "shares.h"

namespace colorize {

/// The steps of a mean over areas of samples: of rows, of components taken apart, of parts of a row. Samples of any
/// depth become 16 bits here, less 32768, for an int16_t multiplies well. All processors give the same.
namespace rowmeans {

constexpr int zero = -32768;  ///< what a sample of 0 becomes

/// The sums of the weights, which are not negative, that the functions below want.
constexpr int sum_of_bytes = 256, sum_of_pairs = 32767, sum_across = 1 << 14;

/// The mean of as many rows of bytes as there are weights, each `stride` after the one before.
void of_bytes(const std::uint8_t* first, std::ptrdiff_t stride, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean);

/// The same of samples of two bytes, at any address, which `shift` makes 16 bits long; off by two and half a one for
/// each row at most.
void of_pairs(const std::uint8_t* first, std::ptrdiff_t stride, int shift, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean);

/// Takes `count` pixels of two to four samples apart. Touches less than `slack` samples beyond what it reads and
/// writes.
void apart(const std::int16_t* pixels, int samples_of_pixel, int count, const std::array<std::int16_t*, 4>& samples);
constexpr int slack = 4 * 64;

/// The mean of each part of a row, times `sum_across`. Reads up to `parts.span()` samples beyond it.
void of_parts(const std::int16_t* samples, const Shares& parts, std::span<std::int32_t> means);

}  // namespace rowmeans

}  // namespace colorize
