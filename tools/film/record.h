// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace colorize::command {

/// What is known of a finished piece. It lies beside the piece, so that one that is damaged, or not the one it should
/// be, is told.
struct Record {
  std::string plan;  ///< digest()
  std::size_t number = 0;
  std::uint64_t size = 0;  ///< bytes
  std::uint64_t frames = 0;
  std::uint64_t left_alone = 0;         ///< of them, those without predicted colours
  std::vector<std::int64_t> cuts = {};  ///< running times of the first frames of shots
  std::string checksum = {};            ///< sha256_of() the piece
  std::string comment = {};  ///< the film's, with what is to be said of it, where colours were predicted; else empty
  std::string host = {};     ///< that made it
  std::string start = {};    ///< moment_now() there when it was begun
  double seconds = 0;        ///< that it took
};

std::string to_json(const Record& record);

/// Throws Failure for what to_json() does not write.
Record record_of(const std::string& json);

}  // namespace colorize::command
