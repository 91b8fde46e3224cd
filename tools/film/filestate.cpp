// SPDX-License-Identifier: LGPL-2.1-or-later
#include "filestate.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include "common/failure.h"

namespace colorize::command {

namespace fs = std::filesystem;

static const std::string between = " bytes of ";

static FileState state(const struct stat& status) {
  return {status.st_dev, status.st_ino, status.st_size,
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

FileState state_of(const fs::path& file) {
  struct stat status;
  if (stat(file.c_str(), &status) < 0) throw Failure(file.string() + ": " + std::generic_category().message(errno));
  return state(status);
}

std::string state_in_words(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  const auto time = fs::last_write_time(file, error).time_since_epoch().count();
  return error ? "missing" : std::to_string(size) + between + std::to_string(time);
}

bool are_alike(const std::string& state, const std::string& other) {
  if (state == other) return true;
  const std::size_t end = state.find(between), behind = end + between.size();
  if (end == std::string::npos || !other.starts_with(state.substr(0, behind))) return false;
  const auto time = [&](const std::string& of) { return g_ascii_strtoll(of.c_str() + behind, nullptr, 10); };
  return are_alike(time(state), time(other));
}

bool are_alike(std::int64_t time, std::int64_t other) {
  const auto is_cut_down = [](std::int64_t to, std::int64_t from) {
    constexpr std::int64_t units[] = {1, 100, 1'000, 1'000'000, 1'000'000'000};  // ns
    return std::ranges::any_of(units, [&](auto unit) { return to % unit == 0 && from >= to && from - to < unit; });
  };
  return is_cut_down(time, other) || is_cut_down(other, time);
}

SteadyFile::SteadyFile(fs::path file)
    : path_(std::move(file)), file_(open(path_.c_str(), O_RDONLY | O_CLOEXEC)), before_{} {
  struct stat status;
  if (file_ < 0 || fstat(file_, &status) < 0) {
    const int error = errno;
    if (file_ >= 0) close(file_);
    throw Failure("it cannot be read: " + std::generic_category().message(error));
  }
  before_ = state(status);
}

SteadyFile::~SteadyFile() { close(file_); }

void SteadyFile::check() const {
  constexpr const char* remedy = "; begin again when it stays as it is";
  struct stat status;
  if (stat(path_.c_str(), &status) < 0)
    throw Failure("it went away in the middle of the work: " + std::generic_category().message(errno));
  const FileState now = state(status);
  if (now.device != before_.device || now.inode != before_.inode)
    throw Failure(std::string("it was replaced by another file in the middle of the work") + remedy);
  if (now != before_) throw Failure(std::string("it was changed in the middle of the work") + remedy);
}

}  // namespace colorize::command
