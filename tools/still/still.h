// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "common/choices.h"
#include "common/pipeline.h"
#include "common/progress.h"

namespace colorize::command {

/// The picture in a file, a JPEG, PNG, TIFF or WebP, or the first of several; its pixels as they lie there, whatever
/// EXIF says. Throws Failure.
Sample decode_still(const std::string& file, const std::stop_token& stop);

/// Writes `input`, a photograph, to `output` (JPEG, PNG, TIFF or WebP, by its name) in colour. `output` appears when it
/// is whole. Throws Failure or Interrupted.
void convert_still(const std::filesystem::path& input, const std::filesystem::path& output, const Choices& choices,
                   Progress& progress, const std::stop_token& stop);

}  // namespace colorize::command
