// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colorize::command {

/// Names of a box of an ISO base media file (ISO/IEC 14496-12, 4.2), as MP4 and MOV are, and of those that it lies in,
/// the outermost first. A name is a type or, of a box "uuid", that and the 16 bytes after it.
using BoxPath = std::vector<std::string_view>;

// ISO 16684-3, 7.9, for MP4 and for MOV; C2PA 2.1, A.5.
using namespace std::string_view_literals;
inline const BoxPath xmp_box{"uuid\xBE\x7A\xCF\xCB\x97\xA9\x42\xE8\x9C\x71\x99\x94\x91\xE3\xAF\xAC"sv};
inline const BoxPath quicktime_xmp_box{"moov", "udta", "XMP_"};
inline const BoxPath c2pa_box{"uuid\xD8\xFE\xC3\xD6\x1B\x0E\x48\x3C\x92\x97\x58\x28\x87\x7E\xC4\x81"sv};

/// What the first such box holds; nothing where there is none, as in files of other formats.
std::optional<std::string> read_box(const std::filesystem::path& file, const BoxPath& path);

/// Puts such a box at the end of a file, or of the boxes that it lies in; what there is of its name becomes free space.
/// Returns whether that was possible: the file must be whole, those boxes there and at its end. Throws Failure.
bool put_box(const std::filesystem::path& file, const BoxPath& path, std::string_view content);

}  // namespace colorize::command
