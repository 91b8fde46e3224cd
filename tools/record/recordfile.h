// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"

namespace colorize::command {

inline constexpr const char* record_kind = "colorize-record";
inline constexpr int record_schema = 1;                     // of docs/record.md
inline constexpr std::uint64_t largest_record = 256 << 20;  // bytes: a film's pictures are named in it one by one

/// A record of ours, of this schema. Throws Failure for all else, or Error where it cannot be read.
JsonValue read_record(const std::filesystem::path& record);

/// Is there a record of this result, and of no other?
bool is_record_of(const std::filesystem::path& record, const std::filesystem::path& result);

/// SHA-256s and the names of what they are of, a line each as sha256sum writes and reads it.
std::string checksum_list(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace colorize::command
