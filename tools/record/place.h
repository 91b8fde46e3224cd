// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace colorize::command {

/// The name of a result's record: film.colour.json of film.mp4, of film.colour.mp4 and of film.%06d.png. As that of
/// whole_name_record_beside() it is a fitting_name().
std::filesystem::path record_beside(const std::filesystem::path& result);

/// The one where another result has that name: film.mp4.colour.json of film.mp4.
std::filesystem::path whole_name_record_beside(const std::filesystem::path& result);

/// Where a file lies, seen from the folder of a record, as a relative reference (RFC 3986), which names any file,
/// whatever its bytes. Links to folders are followed first, so that `..` leads there in every folder.
std::string reference_to(const std::filesystem::path& file, const std::filesystem::path& record);

/// The file that such a reference leads to; nothing where it is none.
std::optional<std::filesystem::path> file_behind(const std::string& reference, const std::filesystem::path& record);

/// A file by its address, "file:///..."; links to its folder are followed.
std::string address_of(const std::filesystem::path& file);

}  // namespace colorize::command
