// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

#include "options.h"

namespace colorize::command {

/// Prints what run_batch() would make of what and how, as far as it is known before frames are decoded, and makes
/// nothing. Returns whether all of it seems possible. Throws Interrupted.
bool explain(const Options& options, const std::stop_token& stop);

}  // namespace colorize::command
