// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "http.h"

namespace colorize::command {

/// This program again, with other arguments: a process that gets `signal` when the one that began it, whatever happens,
/// is no more. Its standard output is a pipe, and so is its standard input where `talks`. Throws Failure.
Object<GSubprocess> begin_process(const std::vector<std::string>& arguments, int signal, bool talks);

}  // namespace colorize::command
