// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include "common/choices.h"
#include "common/progress.h"

namespace colorize::command {

/// Writes `input`, a film, to `output` with every picture track in colour and everything else as it is. `output`
/// appears when it is whole; until then the work lies in a folder `.NAME.parts` beside it. Throws Failure or
/// Interrupted.
void convert_film(const std::filesystem::path& input, const std::filesystem::path& output, const Choices& choices,
                  Progress& progress, const std::stop_token& stop);

}  // namespace colorize::command
