// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace colorize::command {

// What lies in the work folder of a film, or of a batch of photographs, beside its plan and its pieces.

/// Of a piece, by its number in the film, from 0 on.
std::filesystem::path lease_of_piece(const std::filesystem::path& folder, std::size_t piece);
std::filesystem::path failure_of_piece(const std::filesystem::path& folder, std::size_t piece);
/// Why `join` could not make the result of what is all there.
std::filesystem::path failure_to_join(const std::filesystem::path& folder);
/// There when a batch is made.
std::filesystem::path end_of_batch(const std::filesystem::path& folder);
/// What result there is, under its final names.
std::filesystem::path result_in(const std::filesystem::path& folder);

/// Where it stands with the pieces in a folder, by the names in it alone: to look at each file costs a network's file
/// system a way there and back.
struct FolderState {
  std::vector<bool> made, taken, failed;  ///< of each piece
  bool has_list_of_result = false;        ///< which has_result() reads
  bool join_failed = false;
};
FolderState state_of_folder(const std::filesystem::path& folder, std::size_t pieces);

/// The last words of who tried to make a piece in vain.
struct LastWords {
  std::string host, text;
  std::uint64_t attempts = 0;
};
LastWords last_words(const std::filesystem::path& failure);
/// Adds to them. What cannot be written down, as where the disk is full, is not.
void write_last_words(const std::filesystem::path& failure, const std::string& text, const std::string& token);

/// A file of a result that is under its final name: a film's one, each of numbered pictures, or of a batch's.
struct ResultFile {
  std::string file;
  std::uint64_t size = 0;
  std::string checksum = {};  ///< sha256_of(); empty where nobody needs it
};
void write_result(const std::filesystem::path& folder, const std::vector<ResultFile>& files, const std::string& token);
/// What was written down; nothing where that cannot be read.
std::vector<ResultFile> result_of(const std::filesystem::path& folder);
/// Whether the result that was written down lies under its names: by its sizes, or, `whole`, by all bytes of what has a
/// checksum.
bool has_result(const std::filesystem::path& folder, bool whole);

}  // namespace colorize::command
