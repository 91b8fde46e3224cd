// SPDX-License-Identifier: LGPL-2.1-or-later
#include "workfolder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "common/failure.h"

namespace colorize::command {

namespace fs = std::filesystem;

static constexpr const char* lock_name = "lock";

[[noreturn]] static void fail(const fs::path& path, int error) {
  throw Failure(path.string() + ": " + std::generic_category().message(error));
}

static int open_file(const fs::path& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (file < 0) fail(path, errno);
  return file;
}

/// Waits until a file, or the names in a folder, are on the disk and outlive a power cut.
static void sync(const fs::path& path) {
  const int file = open_file(path, O_RDONLY);
  const int result = fsync(file), error = errno;
  close(file);
  if (result < 0 && error != EINVAL) fail(path, error);  // not every file system syncs folders
}

static void rename_whole(const fs::path& from, const fs::path& to) {
  sync(from);
  if (std::rename(from.c_str(), to.c_str()) < 0) fail(to, errno);
  sync(fs::absolute(to).parent_path());
}

FileLock::FileLock(const fs::path& file, const std::string& made) : file_(open_file(file, O_RDWR | O_CREAT)) {
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  close(file_);
  throw Failure(made + " is being made by another gst-colorize");
}

FileLock::~FileLock() { close(file_); }

void write_whole(const fs::path& file, const std::function<void(const fs::path&)>& write) {
  const fs::path partial = file.string() + ".partial";
  write(partial);
  rename_whole(partial, file);
}

static fs::path made(const fs::path& folder) {
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) fail(folder, error.value());
  return folder;
}

WorkFolder::WorkFolder(const fs::path& output)
    : path_(made(fs::absolute(output).parent_path() / ("." + output.filename().string() + ".parts"))),
      lock_(path_ / lock_name, output.string()) {}

WorkFolder::~WorkFolder() {
  std::error_code ignored;
  if (is_empty()) fs::remove_all(path_, ignored);
}

bool WorkFolder::is_empty() const {
  std::error_code error;
  const fs::directory_iterator entries(path_, error);
  return !error && std::ranges::all_of(entries, [](const auto& entry) { return entry.path().filename() == lock_name; });
}

void WorkFolder::clear() const try {
  for (const fs::directory_entry& entry : fs::directory_iterator(path_))
    if (entry.path().filename() != lock_name) fs::remove(entry.path());
} catch (const fs::filesystem_error& error) {
  throw Failure(error.what());
}

void WorkFolder::finish(const fs::path& file, const fs::path& output) const {
  rename_whole(file, output);
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace colorize::command
