// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <stdexcept>

#include "owned.h"

namespace colorize::command {

/// The exit statuses of the command: whatever goes wrong is some_failed, but for UsageError; where a signal ends it,
/// 128 and the signal's number.
enum ExitStatus { all_done = 0, some_failed = 1, wrong_usage = 2 };

/// The command line asks for what cannot be; nothing was begun.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Profile;

using OptionContext = Owned<GOptionContext>;

/// What --help prints is made of the groups of `context`, in their order; `synopsis`, `summary` and `end` as GOption
/// has them.
OptionContext option_context(const char* synopsis, const char* summary, const char* end = nullptr);

/// A group of options with a title of its own in --help. `entries` ends with an empty one; what it points to outlives
/// it.
void add_options(GOptionContext* context, const char* name, const char* title, const GOptionEntry* entries);

/// Reads the options out of argv, those of a profile before them. Returns false where only help was wanted, which is
/// then printed. Throws UsageError.
bool parse_options(GOptionContext* context, int& argc, char**& argv, const Profile* profile = nullptr);

}  // namespace colorize::command
