// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// The names of those tags of the film, and titles, languages and flags of its tracks, that are not in `result`, by
/// whatever name. Throws Failure, Interrupted.
std::vector<std::string> lost_tags(const FilmPlan& plan, const std::filesystem::path& result,
                                   const std::stop_token& stop);

}  // namespace colorize::command
