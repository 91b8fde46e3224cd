// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "jobs.h"
#include "options.h"
#include "reporter.h"

namespace colorize::command {

/// What becomes of a job without any work, and why: its result is kept, or it is left alone. Nothing where it is to be
/// done. Throws Failure where it cannot be.
std::optional<std::pair<Outcome, std::string>> settled(const Job& job, const Options& options);

}  // namespace colorize::command
