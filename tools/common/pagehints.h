// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>

namespace colorize::command {

/// Bytes of the longest hints that a page may give: some hundreds of them, and less than a command line's longest word.
constexpr std::size_t longest_hints = 1 << 16;

/// Why hints that come from a page cannot be taken, in words; empty where they can. No line of them may name a file.
std::string fault_of_hints(const std::string& lines);

/// The same hints with shares of the sides where they have pixels of a picture of this size: for a smaller one of it.
/// What lies outside is left out. Throws Failure for what is no JSON.
std::string hints_in_shares(const std::string& lines, int width, int height);

}  // namespace colorize::command
