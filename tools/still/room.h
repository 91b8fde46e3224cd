// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>

namespace colorize::command {

/// Bytes that are taken for a photograph where nobody says otherwise: half of the machine's memory.
std::uint64_t usual_memory();

/// How many pixels, of 8 or of more bits a sample, fit into so many bytes, with all that is made of them on the way.
std::uint64_t most_pixels(int bits, std::uint64_t memory);

/// Throws Failure for a picture that would take more; to be asked before memory is taken for what a file says.
void check_room(std::uint64_t width, std::uint64_t height, int bits, std::uint64_t memory);

}  // namespace colorize::command
