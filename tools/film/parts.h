// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "common/progress.h"

namespace colorize::command {

/// What finished work depends on: names and values, for people too.
using Record = std::map<std::string, std::string>;

/// The folder beside a film in the making that holds its finished pieces and a record of how they were made.
class Parts {
 public:
  /// Takes up the folder of `output`, or begins anew where that was made otherwise or `resume` is false. Throws
  /// Failure.
  Parts(const std::filesystem::path& output, const Record& record, bool resume, Progress& progress);
  ~Parts();
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  /// Makes the file `name` of the folder by `write`, which is given a name to write to, unless it is there.
  void make(const std::string& name, const std::function<void(const std::filesystem::path&)>& write) const;

  /// Gives the file `name` of the folder its final place, and removes the folder.
  void finish(const std::string& name, const std::filesystem::path& output);

 private:
  std::filesystem::path folder_;
  int lock_ = -1;
};

}  // namespace colorize::command
