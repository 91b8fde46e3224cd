// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include "common/choices.h"
#include "jobs.h"

namespace colorize::command {

/// Writes a small JPEG of one picture of a job before and, where `is_made`, after its work, side by side: of films one
/// in the midst of them that shows something. Throws Failure or Interrupted.
void write_table_picture(const Job& job, bool is_made, const Choices& choices, const std::filesystem::path& file,
                         const std::stop_token& stop);

}  // namespace colorize::command
