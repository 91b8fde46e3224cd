// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "common/progress.h"
#include "plan.h"

namespace colorize::command {

/// Makes the film `file` of its pieces, all of which lie in `folder`, and of what is copied. Remarks on what gets lost.
/// Where that is numbered pictures, they are returned. Throws Failure or Interrupted.
std::vector<std::filesystem::path> join(const FilmPlan& plan, const std::filesystem::path& folder,
                                        const std::filesystem::path& file, Progress& progress,
                                        const std::stop_token& stop, bool overwrite = false);

}  // namespace colorize::command
