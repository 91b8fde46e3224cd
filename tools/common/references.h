// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "choices.h"

namespace colorize::command {

/// Whether a line of the property `reference` is a word, `own` or `none`, and no file.
bool is_reference_word(const std::string& line);

/// One more of the pictures, folders or words that together are the property `reference`; a name becomes an absolute
/// one, since pieces are made from anywhere.
void add_reference(const std::string& text, Properties& given);

/// The files that the property names, those in its folders too.
std::vector<std::filesystem::path> files_of_references(const Properties& properties);

/// Of which moments they are, ns of the film; of those that say it.
std::vector<std::int64_t> times_of_references(const Properties& properties);

}  // namespace colorize::command
