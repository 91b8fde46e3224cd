// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fittingname.h"

#include <unistd.h>

#include <algorithm>

#include "checksum.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// Bytes of a name in a folder, or in what it will be made in.
std::size_t longest_name(const fs::path& folder) {
  fs::path there = fs::absolute(folder.empty() ? "." : folder);
  std::error_code unknown;
  while (!fs::exists(there, unknown) && there != there.parent_path()) there = there.parent_path();
  const long limit = pathconf(there.c_str(), _PC_NAME_MAX);
  return limit > 0 ? static_cast<std::size_t>(limit) : 255;
}

}  // namespace

std::string fitting_name(const fs::path& folder, const std::string& name, const std::string& ending,
                         std::size_t spare) {
  const std::size_t longest = longest_name(folder), room = longest - std::min(longest, spare + ending.size());
  if (name.size() <= room) return name + ending;
  const std::string mark = "~" + sha256_of_bytes(name).substr(0, 16);
  std::size_t kept = room - std::min(room, mark.size());
  while (kept > 0 && (name[kept] & 0xc0) == 0x80) --kept;  // not inside of a letter: some file systems insist on UTF-8
  return name.substr(0, kept) + mark + ending;
}

}  // namespace colorize::command
