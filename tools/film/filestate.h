// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace colorize::command {

/// By what a file is known to be the same and unchanged, without reading it.
struct FileState {
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t changed = 0;  ///< nanoseconds

  bool operator==(const FileState&) const = default;
};

/// Throws Failure where there is no such file.
FileState state_of(const std::filesystem::path& file);

/// Size and time of last change, as plans have it for all machines: "12 bytes of 34", or "missing".
std::string state_in_words(const std::filesystem::path& file);

/// Whether a time of last change, in nanoseconds, may be another that a file system cut down, or the other way.
bool are_alike(std::int64_t time, std::int64_t other);

/// Whether two of these, seen by two machines, may be of one file that did not change: file systems of a network cut
/// times down, SFTP to seconds, SMB to 100 ns. Other words are alike where they are the same.
bool are_alike(const std::string& state, const std::string& other);

/// A file that must stay as it is. It is held open: so its inode's number goes to no other file, and stays the same
/// where file systems make numbers up.
class SteadyFile {
 public:
  /// Throws Failure.
  explicit SteadyFile(std::filesystem::path file);
  ~SteadyFile();
  SteadyFile(const SteadyFile&) = delete;
  SteadyFile& operator=(const SteadyFile&) = delete;

  /// Throws Failure where it is gone, another one or changed.
  void check() const;

 private:
  std::filesystem::path path_;
  int file_;
  FileState before_;
};

}  // namespace colorize::command
