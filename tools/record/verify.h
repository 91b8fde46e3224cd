// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize verify RECORD ...`: whether source, result, network and references of results are still as their
/// records say. Returns an exit status: some_failed where something differs or is missing. Throws UsageError, Failure
/// or Interrupted.
int verify(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
