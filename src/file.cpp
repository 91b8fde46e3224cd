// SPDX-License-Identifier: LGPL-2.1-or-later
#include "file.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "error.h"
#include "excerpt.h"

namespace colorize {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  gchar* content = nullptr;
  gsize length = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &content, &length, &error)) {
    const std::string message = error->message;  // names the file
    g_error_free(error);
    throw Error(Error::Kind::not_found, message + "; give the path of a file that is there and may be read");
  }
  std::string data(content, length);
  g_free(content);
  return data;
}

std::string read_file(const fs::path& path, std::uint64_t most, const Part& part) {
  const auto fail = [&](const std::string& why) { throw Error(Error::Kind::not_found, path.string() + ": " + why); };
  const auto unread = [&](int error) {
    fail(std::string(g_strerror(error)) + "; give the path of a file that is there and may be read");
  };
  struct File {
    int descriptor;
    ~File() {
      if (descriptor >= 0) close(descriptor);
    }
  };
  const File file{open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};  // without waiting for who fills a pipe
  struct stat status;
  if (file.descriptor < 0 || fstat(file.descriptor, &status) < 0) unread(errno);
  if (!S_ISREG(status.st_mode)) fail("is a folder, a pipe or a device; give the path of a file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (part.offset > size || part.length.value_or(0) > size - part.offset)
    fail("ends before byte " + std::to_string(part.offset + part.length.value_or(0)) + "; fetch it anew");
  const std::uint64_t length = part.length.value_or(size - part.offset);
  if (length > most)
    fail("holds " + std::to_string(length) + " bytes, and " + std::to_string(most) +
         " are the most; is it the right one?");
  std::string data(length, '\0');
  for (std::uint64_t at = 0; at < length;) {
    const ssize_t count = pread(file.descriptor, data.data() + at, length - at, static_cast<off_t>(part.offset + at));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) unread(errno);
    if (count == 0) fail("became shorter while it was read; try again");
    at += static_cast<std::uint64_t>(count);
  }
  return data;
}

fs::path path_inside(const fs::path& folder, const std::string& name) {
  const auto fail = [&](const std::string& why) {
    throw Error(Error::Kind::settings, "'" + excerpt(name) + "' " + why);
  };
  if (name.find('\0') != name.npos) fail("is no name of a file");
  std::error_code error;
  const auto root = fs::weakly_canonical(folder.empty() ? "." : folder, error);
  const auto path = error ? fs::path() : fs::weakly_canonical(root / name, error);
  if (error) fail("cannot be found: " + error.message());
  if (std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first != root.end())
    fail("leaves the folder " + root.string() + "; put the file beside the one that names it");
  return path;
}

}  // namespace colorize
