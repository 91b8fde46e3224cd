// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize networks ...` (argv[0] is "networks"): prints which networks there are. Returns the exit status.
int networks(int argc, char** argv, const std::stop_token& stop);

/// `gst-colorize networks add ...` (argv[0] is "add"): tries a network and installs it.
int add_network(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
