// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace colorize::command {

/// Columns of the terminal behind a file descriptor; 80 where it is none.
int terminal_columns(int descriptor);

/// Text, as the name of a file, that a terminal shows and does not obey: bytes that are no UTF-8 become "\xff", and
/// controls, ends of lines and what turns the direction of writing "\u202e".
std::string shown(std::string_view text);

/// Columns that a text (UTF-8) takes on a terminal.
int columns_of(std::string_view text);

/// The text in so many columns: filled up with spaces, or its middle left out for "…".
std::string fitted(std::string_view text, int columns);

}  // namespace colorize::command
