// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace colorize::command {

/// Keeps other processes out as long as it lives.
class FileLock {
 public:
  /// Takes the lock on `file`, which is made for it. Throws Failure, also where another process has it: "`made` is
  /// being made by another gst-colorize".
  FileLock(const std::filesystem::path& file, const std::string& made);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int file_;
};

/// Writes a file by `write`, which is given a name to write to: under its own name it is whole. Throws Failure.
void write_whole(const std::filesystem::path& file, const std::function<void(const std::filesystem::path&)>& write);

/// The folder `.NAME.parts` beside a film in the making: its plan and what of it is made.
class WorkFolder {
 public:
  /// Throws Failure, also where another process works in it.
  explicit WorkFolder(const std::filesystem::path& output);
  /// Removes it where nothing came of it.
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path plan() const { return path_ / "plan.json"; }
  bool is_empty() const;
  void clear() const;

  /// Gives a file in it its final place, and removes the folder.
  void finish(const std::filesystem::path& file, const std::filesystem::path& output) const;

 private:
  std::filesystem::path path_;
  FileLock lock_;
};

}  // namespace colorize::command
