// SPDX-License-Identifier: LGPL-2.1-or-later
#include "parts.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "common/pipeline.h"

namespace colorize::command {

namespace fs = std::filesystem;

static constexpr const char* group = "made with";

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

static std::string difference(GKeyFile* old, const Record& record) {
  for (const auto& [name, value] : record) {
    const Owned<gchar> before(g_key_file_get_string(old, group, name.c_str(), nullptr));
    if (!before) return name;
    if (value != before.get()) return name + " (" + before.get() + ", now " + value + ")";
  }
  gsize count = 0;
  const Owned<gchar*> names(g_key_file_get_keys(old, group, &count, nullptr));
  for (gsize i = 0; i < count; ++i)
    if (!record.contains(names.get()[i])) return names.get()[i];
  return {};
}

Parts::Parts(const fs::path& output, const Record& record, bool resume, Progress& progress)
    : folder_(fs::absolute(output).parent_path() / ("." + output.filename().string() + ".parts")) {
  const fs::path file = folder_ / "record";
  std::error_code error;
  fs::create_directory(folder_, error);
  if (error) fail(folder_, error.value());
  lock_ = open_file(folder_ / "lock", O_RDWR | O_CREAT);
  if (flock(lock_, LOCK_EX | LOCK_NB) < 0) {
    close(lock_);
    throw Failure(output.string() + " is being made by another gst-colorize");
  }
  try {
    const Owned<GKeyFile> record_file(g_key_file_new());
    if (g_key_file_load_from_file(record_file.get(), file.c_str(), G_KEY_FILE_NONE, nullptr)) {
      const std::string changed = difference(record_file.get(), record);
      if (resume && changed.empty()) return;
      if (resume) progress.remark(("begins anew: not as before is " + changed).c_str());
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_))
      if (entry.path().filename() != "lock") fs::remove(entry.path());
    const Owned<GKeyFile> fresh(g_key_file_new());
    for (const auto& [name, value] : record) g_key_file_set_string(fresh.get(), group, name.c_str(), value.c_str());
    Owned<GError> problem;
    if (!g_key_file_save_to_file(fresh.get(), file.c_str(), out(problem))) throw Failure(problem->message);
    sync(folder_);
  } catch (const fs::filesystem_error& problem) {
    close(lock_);
    throw Failure(problem.what());
  } catch (...) {
    close(lock_);
    throw;
  }
}

Parts::~Parts() { close(lock_); }

void Parts::make(const std::string& name, const std::function<void(const fs::path&)>& write) const {
  const fs::path whole = folder_ / name;
  if (fs::exists(whole)) return;
  const fs::path partial = folder_ / (name + ".partial");
  write(partial);
  rename_whole(partial, whole);
}

void Parts::finish(const std::string& name, const fs::path& output) {
  rename_whole(folder_ / name, output);
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

}  // namespace colorize::command
