// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

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

  /// Writes `text` into the file and waits until it is on the disk. Throws Failure.
  void write(const std::string& text) const;

 private:
  std::filesystem::path path_;
  int file_;
};

/// Writes a file by `write`, which is given a name to write to: under its own name it is whole. `token`: where nothing
/// surely keeps others from writing it as well, no two have the same in the name that they write to. `overwrite`: what
/// has the name already. Throws Failure.
void write_whole(const std::filesystem::path& file, const std::function<void(const std::filesystem::path&)>& write,
                 const std::string& token = {}, bool overwrite = true);
void write_text(const std::filesystem::path& file, const std::string& text, const std::string& token = {});

/// What write_whole() with such a token leaves when it is killed, or is still writing to, of `file`, also where its
/// name has no ending here.
std::vector<std::filesystem::path> partial_files(const std::filesystem::path& file);

/// Whether a film by this name is in the making, here or by a run that was interrupted.
bool is_in_the_making(const std::filesystem::path& output);

/// The folder `.NAME.parts` beside a film in the making: its plan and what of it is made. Its name can be guessed, and
/// what is done in it removes files, so it is surely ours: no link, of this user, with our words in its lock, and
/// without anything that is not of this work.
class WorkFolder {
 public:
  /// Throws Failure, also where another process works in it, or what has its name is not ours; that is left as it is.
  /// `token`: of who keeps others out by a Lease, see write_whole().
  explicit WorkFolder(const std::filesystem::path& output, std::string token = {});
  /// Removes it where nothing came of it.
  ~WorkFolder();
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path plan() const { return path_ / "plan.json"; }
  /// Of a film that is a sequence of pictures, the list of them.
  std::filesystem::path list() const;
  /// The film, when it is joined.
  std::filesystem::path whole() const;
  bool is_empty() const;
  bool has_pieces() const;  ///< that are finished
  /// Removes what lies in it, but for list() where that is still needed.
  void clear(bool with_list = true) const;

  /// Gives whole() its final place, and removes the folder unless what is in it is to be kept. Throws Failure where
  /// something is there already, unless that is to be overwritten.
  void finish(bool overwrite, bool keep) const;

 private:
  std::filesystem::path output_, path_;
  std::string token_;
  std::optional<FileLock> lock_;
};

}  // namespace colorize::command
