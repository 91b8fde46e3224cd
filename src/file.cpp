// SPDX-License-Identifier: LGPL-2.1-or-later
#include "file.h"

#include <glib.h>

#include "error.h"

namespace colorize {

std::string read_file(const std::filesystem::path& path) {
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

}  // namespace colorize
