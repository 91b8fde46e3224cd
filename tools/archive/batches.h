// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "batch/jobs.h"

namespace colorize::command {

/// Photographs that are to be made in one go.
struct OpenBatch {
  std::vector<const Job*> jobs = {};
  std::uint64_t pixels = 0;  ///< about
  std::string folder = {};   ///< below the folder of the work, where they were planned before; empty: nowhere
};

/// Photographs by the way, so many that they cost as much as some seconds of film. Those that were planned in `work`
/// stay together, so that they need not be made again because of what came to the folder since.
std::vector<OpenBatch> batches_of(const std::vector<Job>& jobs, const std::filesystem::path& work);

/// The name by which a work folder knows a result. Throws Failure.
std::string name_of_result(const std::filesystem::path& output);

}  // namespace colorize::command
