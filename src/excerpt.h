// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace colorize {

/// What a stranger's file says, for a message: one line, not long, and UTF-8.
std::string excerpt(std::string_view text);

}  // namespace colorize
