// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize networks ...` (argv[0] is "networks"): prints which networks there are. Returns the exit status.
int networks(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
