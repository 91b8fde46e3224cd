// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gio/gio.h>

#include <string>
#include <vector>

#include "http.h"

namespace colorize::command {

/// This program again, with other arguments: a process that gets `signal` when the one that began it, whatever happens,
/// is no more. `flags`: GSubprocessFlags, what becomes of its standard streams; a pipe has to be read, or it waits.
/// Throws Failure.
Object<GSubprocess> begin_process(const std::vector<std::string>& arguments, int signal, int flags);

/// Kills a process that is not at its end after so many milliseconds of the main loop.
void end_within(GSubprocess* process, guint milliseconds);

}  // namespace colorize::command
