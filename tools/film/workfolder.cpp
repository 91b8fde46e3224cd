// SPDX-License-Identifier: LGPL-2.1-or-later
#include "workfolder.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string_view>
#include <system_error>

#include "common/failure.h"
#include "common/fittingname.h"
#include "common/wholefile.h"
#include "sequence.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* lock_name = "lock";
constexpr const char* marker = "gst-colorize makes a film in this folder, and removes it at the end.\n";

[[noreturn]] void fail(const fs::path& path, int error) {
  throw Failure(path.string() + ": " + std::generic_category().message(error));
}

int open_file(const fs::path& path, int flags) {
  const int file = open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (file < 0) fail(path, errno);
  return file;
}

/// What `act` returns, 0 or an error. What a network file system says for a moment, while its server comes back, is
/// asked again some times.
int patiently(const std::function<int()>& act) {
  int error = act();
  for (int i = 0; i < 5 && (error == ESTALE || error == ENOLCK || error == EIO || error == ETIMEDOUT); ++i) {
    g_usleep(G_USEC_PER_SEC / 20 << i);
    error = act();
  }
  return error;
}

/// Waits until a file, or the names in a folder, are on the disk and outlive a power cut.
void sync(const fs::path& path) {
  bool is_lost = false;  // what could not be written is forgotten when that was told once
  const int error = patiently([&] {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    const int result = fsync(file) < 0 ? errno : 0;
    close(file);
    is_lost |= result == EIO && !fs::is_directory(path);
    return is_lost ? ECANCELED : result;
  });
  if (is_lost) fail(path, EIO);
  if (error != 0 && error != EINVAL) fail(path, error);  // not every file system syncs folders
}

void rename_whole(const fs::path& from, const fs::path& to) {
  expect_no_other_than_file(to);
  sync(from);
  const int error = patiently([&] {
    if (std::rename(from.c_str(), to.c_str()) == 0) return 0;
    // An answer got lost, and what was asked again had been done; or another one has finished the same.
    const int why = errno;
    return why == ENOENT && fs::exists(to) ? 0 : why;
  });
  if (error != 0) fail(to, error);
  sync(fs::absolute(to).parent_path());
}

/// Renames a file to a name that nothing has. Returns 0 or the error.
int rename_to_new(const fs::path& from, const fs::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;  // what file systems say that cannot
  if (link(from.c_str(), to.c_str()) == 0) return unlink(from.c_str()) == 0 ? 0 : errno;
  if (errno != EPERM && errno != ENOTSUP && errno != ENOSYS && errno != EMLINK) return errno;
  struct stat status;
  if (lstat(to.c_str(), &status) == 0) return EEXIST;  // nothing better is left
  return std::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// The same, where nothing is to be replaced; `token` of who joins the work of many machines, or empty.
void rename_whole_to_new(const fs::path& from, const fs::path& to, const std::string& token) {
  sync(from);
  if (const int error = patiently([&] { return rename_to_new(from, to); }); error == EEXIST)
    throw Failure(to.string() + " appeared in the middle of the work; move it away, and " +
                  (token.empty() ? "--resume goes on" : "'gst-colorize join' goes on"));
  else if (error)
    fail(to, error);
  sync(fs::absolute(to).parent_path());
}

/// The names that this work gives to files; no others are removed.
bool is_of_the_work(const char* name) {
  return g_regex_match_simple(
      R"(^(lock(\.[0-9a-f]+\.partial)?|picture[0-9]+-[0-9]+\.gdp\.partial\.colours(\.partial)?|(plan\.json|sequence\.json|picture[0-9]+-[0-9]+\.(gdp|json|lock)|[0-9.s_]+-[0-9a-f]{16}\.png|whole(-[0-9a-f]+)?\.[0-9A-Za-z]+)(\.partial)?)$)",
      name, static_cast<GRegexCompileFlags>(G_REGEX_RAW | G_REGEX_DOLLAR_ENDONLY), {});
}

/// ".NAME.parts", in a form that fits where names may not be so long.
fs::path folder_for(const fs::path& output) {
  const fs::path parent = fs::absolute(output).parent_path();
  return parent / ("." + fitting_name(parent, output.filename().string(), ".parts", 1));
}

/// Why a folder that was there is not surely ours; empty where it is.
std::string strangeness(const fs::path& folder) {
  struct Close {
    void operator()(DIR* stream) const { closedir(stream); }
  };
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (descriptor < 0) {
    const int error = errno;
    if (fs::is_symlink(folder)) return "is a link";
    return error == ENOTDIR ? "is not a folder" : "cannot be read: " + std::generic_category().message(error);
  }
  const std::unique_ptr<DIR, Close> stream(fdopendir(descriptor));
  struct stat status;
  if (!stream || fstat(descriptor, &status) < 0) fail(folder, errno);
  if (status.st_uid != geteuid()) return "belongs to another user";
  bool holds_work = false;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (fstatat(descriptor, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) continue;  // it went away
    if (!is_of_the_work(name.c_str()) || !S_ISREG(status.st_mode))
      return "holds something that is not of gst-colorize, " + name;
    holds_work |= name != lock_name || status.st_size > 0;  // what another gst-colorize has just made has no words yet
  }
  if (!holds_work) return {};
  std::string words;
  std::getline(std::ifstream(folder / lock_name), words);
  return words + '\n' == marker ? "" : "was not made by gst-colorize, or by another version";
}

/// Makes the folder, unless it is there and ours.
fs::path made(const fs::path& folder) {
  if (mkdir(folder.c_str(), 0777) == 0) return folder;
  if (errno != EEXIST) fail(folder, errno);
  const std::string strange = strangeness(folder);
  if (strange.empty()) return folder;
  throw Failure(folder.string() + ", where the work for the result has to lie, " + strange +
                "; move it away, or give the result another name");
}

}  // namespace

FileLock::FileLock(const fs::path& file, const std::string& made)
    : path_(file), file_(open_file(file, O_RDWR | O_CREAT | O_NOFOLLOW)) {
  struct stat locked, named;
  errno = 0;
  // Who had it may have removed it meanwhile: then this is the lock of nothing.
  if (flock(file_, LOCK_EX | LOCK_NB) == 0 && fstat(file_, &locked) == 0 && lstat(file.c_str(), &named) == 0 &&
      locked.st_dev == named.st_dev && locked.st_ino == named.st_ino)
    return;
  const int error = errno;
  close(file_);
  if (error == ENOLCK || error == ENOTSUP || error == ENOSYS)
    throw Failure(file.string() + " cannot be locked (" + std::generic_category().message(error) +
                  "); 'gst-colorize plan' does without locks of the file system");
  throw Failure(made + " is being made by another gst-colorize");
}

FileLock::~FileLock() { close(file_); }

void FileLock::write(const std::string& text) const {
  const ssize_t written = pwrite(file_, text.data(), text.size(), 0);
  if (written < 0 || fsync(file_) < 0) fail(path_, errno);
  if (static_cast<std::size_t>(written) < text.size()) fail(path_, ENOSPC);
}

void write_whole(const fs::path& file, const std::function<void(const fs::path&)>& write, const std::string& token,
                 bool overwrite) {
  const std::string ending = (token.empty() ? "" : "." + token) + ".partial";
  const fs::path partial = file.parent_path() / fitting_name(file.parent_path(), file.filename().string(), ending, 0);
  fs::remove(partial);  // whatever it is, nothing is written through it
  try {
    write(partial);
    overwrite ? rename_whole(partial, file) : rename_whole_to_new(partial, file, token);
  } catch (...) {
    std::error_code ignored;
    fs::remove(partial, ignored);
    throw;
  }
}

void write_text(const fs::path& file, const std::string& text, const std::string& token) {
  const auto write = [&](const fs::path& partial) {
    std::ofstream stream(partial, std::ios::binary);
    if (!stream.write(text.data(), static_cast<std::streamsize>(text.size())).flush()) fail(partial, errno);
  };
  write_whole(file, write, token);
}

std::vector<fs::path> partial_files(const fs::path& file) {
  constexpr std::string_view form = "0123456789abcdef.partial";
  const fs::path folder = fs::absolute(file).parent_path();
  std::string prefix = fitting_name(folder, file.filename().string(), "." + std::string(form), 0);
  prefix.resize(prefix.size() - form.size());
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    // By the token, so that nothing of the user's is taken for one.
    if (name.starts_with(prefix) &&
        g_regex_match_simple("^([a-z]+\\.)?[0-9a-f]{16}\\.partial(\\.colours(\\.partial)?)?$",
                             name.c_str() + prefix.size(), G_REGEX_RAW, {}))
      found.push_back(entry.path());
  }
  return found;
}

bool is_in_the_making(const fs::path& output) {
  std::error_code unknown;
  return fs::exists(folder_for(output) / "plan.json", unknown);
}

WorkFolder::WorkFolder(const fs::path& output, std::string token)
    : output_(output), path_(made(folder_for(output))), token_(std::move(token)) {
  if (token_.empty())
    lock_.emplace(path_ / lock_name, output.string()).write(marker);
  else if (!fs::exists(path_ / lock_name))
    write_text(path_ / lock_name, marker, token_);
}

WorkFolder::~WorkFolder() {
  if (!is_empty()) return;
  std::error_code ignored;
  fs::remove(list(), ignored);
  fs::remove(path_ / lock_name, ignored);
  fs::remove(path_, ignored);
}

fs::path WorkFolder::list() const { return path_ / sequence_list; }

fs::path WorkFolder::whole() const {
  return path_ / ("whole" + (token_.empty() ? "" : "-" + token_) + output_.extension().string());
}

bool WorkFolder::is_empty() const {
  std::error_code error;
  const fs::directory_iterator entries(path_, error);
  return !error && std::ranges::all_of(entries, [](const auto& entry) {
    return entry.path().filename() == lock_name || entry.path().filename() == sequence_list;
  });
}

bool WorkFolder::has_pieces() const {
  std::error_code error;
  const fs::directory_iterator entries(path_, error);
  return !error && std::ranges::any_of(entries, [](const auto& entry) { return entry.path().extension() == ".gdp"; });
}

void WorkFolder::clear(bool with_list) const try {
  for (const fs::directory_entry& entry : fs::directory_iterator(path_))
    if (const fs::path name = entry.path().filename();
        name != lock_name && (with_list || name != sequence_list) && is_of_the_work(name.c_str()))
      fs::remove(entry.path());
} catch (const fs::filesystem_error& error) {
  throw Failure(error.what());
}

void WorkFolder::finish(bool overwrite, bool keep) const {
  overwrite ? rename_whole(whole(), output_) : rename_whole_to_new(whole(), output_, token_);
  if (!keep) clear();  // and the folder goes with this
}

}  // namespace colorize::command
