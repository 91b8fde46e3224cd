// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "choices.h"

namespace colorize::command {

/// The lines of hints that an option gives, themselves or as the name of a file: what a film was made with must not
/// change with a file. Throws Error.
std::string lines_of_hints(const std::string& text);

/// The line of a hint such as 12.5s,320,180,8=#6b5b3a, whose time and radius may be left out. Throws Error.
std::string line_of_hint(const std::string& text);

/// All that is said of hints together is the value of one property.
void add_hints(const std::string& lines, Properties& given);

/// Bytes of the longest hints that a page may give: some hundreds of them, and less than a command line's longest word.
constexpr std::size_t longest_hints = 1 << 16;

/// Why hints that come from a page cannot be taken, in words; empty where they can. No line of them may name a file.
std::string fault_of_hints(const std::string& lines);

/// The same hints with shares of the sides where they have pixels of a picture of this size: for a smaller one of it.
/// What lies outside is left out.
std::string hints_in_shares(const std::string& lines, int width, int height);

/// When hints are placed, ns of the film; of those that say it.
std::vector<std::int64_t> times_of_hints(const Properties& properties);

/// The same with those hints that are of the picture at `time`, ns of the film, which then is a picture by itself.
Properties with_hints_at(const Properties& properties, std::int64_t time);

}  // namespace colorize::command
