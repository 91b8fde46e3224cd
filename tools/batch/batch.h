// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

#include "options.h"

namespace colorize::command {

/// Does all that the options ask for; a file that fails does not keep the others from being done. Returns whether none
/// failed. Throws Interrupted when all that was at work has ended.
bool run_batch(const Options& options, const std::stop_token& stop);

}  // namespace colorize::command
