// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

namespace colorize::command {

/// What else than a file has such a name, for people: "a folder", "a pipe"; empty where it is a file or nothing.
std::string other_than_file(const std::filesystem::path& name);

/// Throws Failure where something else than a file has the name, which no result is to replace.
void expect_no_other_than_file(const std::filesystem::path& name);

/// Writes a file that has its name when it is whole and on the disk, and else stays as it was. Throws Failure.
void write_whole_file(const std::filesystem::path& file, const std::string& bytes);

}  // namespace colorize::command
