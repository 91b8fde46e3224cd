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
inline constexpr int record_schema = 1;                    // of docs/record.md
inline constexpr std::uint64_t largest_record = 64 << 20;  // bytes

/// A record of ours, of this schema. Throws Failure for all else, or Error where it cannot be read.
JsonValue read_record(const std::filesystem::path& record);

/// Is there a record of this result, and of no other?
bool is_record_of(const std::filesystem::path& record, const std::filesystem::path& result);

/// The list of pieces whose SHA-256 a record has: a line for each, its SHA-256 and its name, as sha256sum has it.
std::string piece_list(const std::vector<std::pair<std::string, std::string>>& pieces);

}  // namespace colorize::command
