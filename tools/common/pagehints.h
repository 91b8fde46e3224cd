// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <string>

namespace colorize::command {

/// Bytes of the longest lines that a page may give: some hundreds, and less than a command line's longest word.
constexpr std::size_t longest_lines = 1 << 16;

/// Whether a property is said on a page in lines of JSON: hints, region or exclude.
bool is_said_in_lines(const std::string& property);

/// Why lines that come from a page cannot be the value of such a property, in words; empty where they can. None of them
/// may name a file or bring a picture.
std::string fault_of_lines(const std::string& property, const std::string& lines);

/// The same hints with shares of the sides where they have pixels of a picture of this size: for a smaller one of it.
/// What lies outside is left out. Throws Failure for what is no JSON.
std::string hints_in_shares(const std::string& lines, int width, int height);

}  // namespace colorize::command
