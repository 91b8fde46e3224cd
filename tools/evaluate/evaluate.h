// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize evaluate ...`: reads its own options (argv[0] is "evaluate"). Returns the exit status.
int evaluate(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
