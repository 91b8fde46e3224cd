// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize --view`: plays one film, photograph or camera for one page, which it speaks with by its standard input
/// and output (wire.h). It ends when the page goes. Returns an exit status.
int view(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
