// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>

namespace colorize {

/// The file that the first of two passes leaves to the second (as x264's multipass-cache-file): this, and then for each
/// frame a PassFrame, its a* and its b*, row by row. It is for the machine that writes it.
constexpr std::array<char, 16> pass_file_begin{"colorize pass 1"};

struct PassFrame {
  std::int64_t time;
  std::uint16_t width, height;
  std::uint32_t cut;  ///< 1: a shot begins with it, after another one
};

/// a*b* lie in it as 16-bit integers of that many steps each unit.
constexpr double pass_steps = 128;

constexpr std::int32_t longest_pass_side = 4096;

}  // namespace colorize
