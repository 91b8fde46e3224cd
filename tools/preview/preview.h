// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

#include "common/choices.h"
#include "common/progress.h"

namespace colorize::command {

/// Writes the picture of a film that is shown at a time to `output`, as a photograph's result is: in colour as it is
/// without those before it. Throws Failure or Interrupted.
void write_frame(const std::filesystem::path& film, std::int64_t time, const std::filesystem::path& output,
                 const Choices& choices, Progress& progress, const std::stop_token& stop);

/// Writes a sheet of small pictures of a film's shots to `output`, each as it was, in colour beside it, and with its
/// time. Throws Failure or Interrupted.
void write_sheet(const std::filesystem::path& film, const std::filesystem::path& output, const Choices& choices,
                 Progress& progress, const std::stop_token& stop);

}  // namespace colorize::command
