// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace colorize::command {

/// The SHA-256 of a file in hexadecimal digits, read piece by piece. Throws Failure for what is no file or cannot be
/// read, Interrupted.
std::string sha256_of(const std::filesystem::path& path, const std::stop_token& stop);

}  // namespace colorize::command
