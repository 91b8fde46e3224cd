// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

namespace colorize::command {

/// Writes a file that has its name when it is whole and on the disk, and else stays as it was. Throws Failure.
void write_whole_file(const std::filesystem::path& file, const std::string& bytes);

}  // namespace colorize::command
