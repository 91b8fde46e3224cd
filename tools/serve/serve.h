// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize serve`: a page in the browser on which all that the command does can be seen and touched, until
/// interrupted. Returns an exit status. Throws UsageError or Failure.
int serve(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
