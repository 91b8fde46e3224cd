// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace colorize {

/// The content of a file. Throws Error (not_found) that names the file and the reason.
std::string read_file(const std::filesystem::path& path);

/// A part of a file.
struct Part {
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> length;  ///< otherwise up to its end
};

/// The same of what a stranger's file may point to: only of what is a file, and holds no more than `most` bytes.
std::string read_file(const std::filesystem::path& path, std::uint64_t most, const Part& part = {});

/// Where a file lies that is named by another one in `folder`. Throws Error (settings), without that other's name,
/// where it leaves the folder.
std::filesystem::path path_inside(const std::filesystem::path& folder, const std::string& name);

}  // namespace colorize
