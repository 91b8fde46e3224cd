// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <vector>

#include "jobs.h"

namespace colorize::command {

/// Gives each job the name of its result's record. Results that differ in nothing but their endings, or whose record
/// would have a name that something else has already, get one of their whole name. Where that is taken too, the job
/// gets a problem.
void name_records(std::vector<Job>& jobs);

}  // namespace colorize::command
