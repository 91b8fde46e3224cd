// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "common/progress.h"
#include "frametimes.h"
#include "plan.h"

namespace colorize::command {

/// Writes `file` by libavformat: the new pictures, whose pieces lie in `folder`, and all that the plan copies of the
/// film as it is, with `comment` in the place of the film's own unless that is empty. Remarks on
/// sound for which the container has no place. Throws Failure or Interrupted.
std::vector<JoinedPictures> remux(const FilmPlan& plan, const std::filesystem::path& folder, const Container& container,
                                  const std::string& comment, const std::filesystem::path& file, Progress& progress,
                                  const std::stop_token& stop);

}  // namespace colorize::command
