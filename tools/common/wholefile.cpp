// SPDX-License-Identifier: LGPL-2.1-or-later
#include "wholefile.h"

#include "failure.h"
#include "owned.h"

namespace colorize::command {

std::string other_than_file(const std::filesystem::path& name) {
  std::error_code unknown;
  switch (std::filesystem::status(name, unknown).type()) {
    case std::filesystem::file_type::directory:
      return "a folder";
    case std::filesystem::file_type::fifo:
      return "a pipe";
    case std::filesystem::file_type::socket:
      return "a socket";
    case std::filesystem::file_type::character:
    case std::filesystem::file_type::block:
      return "a device";
    default:
      return "";
  }
}

void expect_no_other_than_file(const std::filesystem::path& name) {
  if (const std::string other = other_than_file(name); !other.empty())
    throw Failure(name.string() + " is " + other + ", and results are files; give the result another name");
}

void write_whole_file(const std::filesystem::path& file, const std::string& bytes) {
  expect_no_other_than_file(file);
  Owned<GError> error;
  constexpr auto whole =
      static_cast<GFileSetContentsFlags>(G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE);
  if (!g_file_set_contents_full(file.c_str(), bytes.data(), static_cast<gssize>(bytes.size()), whole, 0666, out(error)))
    throw Failure(error->message);
}

}  // namespace colorize::command
