// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/json.h"

namespace colorize::command {

/// A file or folder as the page names it: a number of a folder and the way from there, bytes percent-coded, since names
/// need not be UTF-8 and JSON is.
struct Reference {
  std::size_t folder = 0;
  std::string path;
};

/// The folders whose files the page may read, and nothing else of the machine. The first takes what is dropped on the
/// page.
class Folders {
 public:
  explicit Folders(std::vector<std::filesystem::path> folders);

  const std::vector<std::filesystem::path>& all() const { return folders_; }

  /// The number of a folder that may be read as well from now on. Throws Refusal where there is none.
  std::size_t add(const std::filesystem::path& folder);

  /// Where it lies, links followed. Throws Refusal where it is not there, or not within its folder.
  std::filesystem::path find(const Reference& reference) const;

  /// Adds what a folder holds but for hidden files, folders first, by name.
  void list(const Reference& reference, Json& json) const;

 private:
  std::vector<std::filesystem::path> folders_;
};

Reference reference_in(const JsonValue& json);

/// The other way: of a file that is in the folder.
std::string path_of(const std::filesystem::path& within_folder);

}  // namespace colorize::command
