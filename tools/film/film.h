// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>

#include "common/choices.h"
#include "common/failure.h"
#include "common/progress.h"
#include "sequence.h"

namespace colorize::command {

/// Writes `input`, a film, to `output` with every picture track in colour and everything else as it is. `output`
/// appears when it is whole; until then the work lies in a folder `.NAME.parts` beside it. Throws Failure or
/// Interrupted.
void convert_film(const std::filesystem::path& input, const std::filesystem::path& output, const Choices& choices,
                  Progress& progress, const std::stop_token& stop);

/// The same of a sequence of pictures.
void convert_sequence(const Sequence& sequence, const std::filesystem::path& output, const Choices& choices,
                      Progress& progress, const std::stop_token& stop);

/// Whether a result is there, or of a sequence some of it; where that is to be resumed, only when it is whole.
bool is_there(const std::filesystem::path& output, bool resumes);

/// Why what has a result's name is left as it is, without --overwrite.
Failure is_there_already(const std::filesystem::path& output);

}  // namespace colorize::command
