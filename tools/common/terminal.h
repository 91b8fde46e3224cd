// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace colorize::command {

/// Columns of the terminal behind a file descriptor; 80 where it is none.
int terminal_columns(int descriptor);

/// Columns that a text (UTF-8) takes on a terminal.
int columns_of(std::string_view text);

/// The text in so many columns: filled up with spaces, or its middle left out for "…".
std::string fitted(std::string_view text, int columns);

}  // namespace colorize::command
