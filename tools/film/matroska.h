// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace colorize::command {

/// What a Matroska film (RFC 9559) says of its tracks and chapters that libavformat does not read, for people; nothing
/// where it is another film.
std::vector<std::string> unread_in_matroska(const std::filesystem::path& film);

}  // namespace colorize::command
