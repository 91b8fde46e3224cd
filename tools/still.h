// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "choices.h"
#include "progress.h"

namespace colorize {

/// A file, a JPEG, PNG, TIFF or WebP, as `decoder_for` it decodes right: the first picture of several, with its pixels
/// as they lie there, however that is. Throws Failure where it cannot be.
std::string decodable(const std::string& file);

/// The part of a pipeline that decodes this file. Throws Failure.
std::string decoder_for(std::string_view file);

/// Writes `input`, a photograph, to `output` (JPEG, PNG, TIFF or WebP, by its name) in colour. `output` appears when it
/// is whole. Throws Failure or Interrupted.
void convert_still(const std::filesystem::path& input, const std::filesystem::path& output, const Choices& choices,
                   Progress& progress);

}  // namespace colorize
