// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>

namespace colorize {

/// The content of a file. Throws Error (not_found) that names the file and the reason.
std::string read_file(const std::filesystem::path& path);

}  // namespace colorize
