// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>

namespace colorize::command {

/// What the end of a film's file tells.
struct Ending {
  std::uint64_t lacking = 0;  ///< bytes that are to follow, by what the file says of itself
  bool open = false;          ///< it stops where the format knows how to end; many a recording does
};

/// MP4, AVI and Matroska say how long they are, Ogg and transport streams at least how they end. Of others nothing is
/// known.
Ending ending_of(const std::filesystem::path& film);

}  // namespace colorize::command
