// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>
#include <vector>

#include "common/progress.h"
#include "frametimes.h"
#include "plan.h"
#include "sequence.h"

namespace colorize::command {

struct WrittenPictures {
  std::vector<JoinedPictures> joined;        ///< by track of the plan, the times of the pictures
  std::vector<std::filesystem::path> files;  ///< in their order
};

/// Writes what the pieces of a plan hold as numbered pictures, called by `pattern`: those of a sequence by its own
/// numbers, those of a film from 1 on. Each appears when it is whole; one that is there with the very bytes already
/// stays, another only gives way where that is wanted, and never one that the sequence is made of. Throws
/// Failure, Interrupted.
WrittenPictures write_pictures(const FilmPlan& plan, const std::filesystem::path& folder,
                               const std::filesystem::path& pattern, bool overwrite, Progress& progress,
                               const std::stop_token& stop);

/// Throws Failure where a result would replace what it is made of.
void check_results(const Sequence& sequence, const std::filesystem::path& pattern);

}  // namespace colorize::command
