// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "common/progress.h"
#include "jobs.h"
#include "options.h"
#include "reporter.h"
#include "stopwatch.h"
#include "tablerow.h"

namespace colorize::command {

/// Throws UsageError where tables cannot have such names.
void check_table_names(const std::vector<std::filesystem::path>& tables);

/// Whether the pictures of a table lie in a folder.
bool is_folder_of_table(const std::filesystem::path& folder);

/// The tables of a run, which are written as it goes, so that they tell of what was done however it ends. May be used
/// by several threads.
class Tables {
 public:
  /// Throws Failure where a table's name has something that may not be replaced.
  Tables(const Options& options, const std::vector<LeftAlone>& left_alone);

  /// What became of a job, with its picture where a table shows them.
  void add(const Job& job, Outcome outcome, const std::string& why, const Status& status,
           const std::vector<Remark>& remarks, const std::string& begin, const std::stop_token& stop);

  /// Throws Failure where they cannot be written.
  void finish(bool interrupted);

 private:
  std::filesystem::path picture_of(const Job& job, Outcome outcome, const std::stop_token& stop) const;
  void write(bool whole);

  const Options& options_;
  std::filesystem::path page_;  // the table that is one; empty: none is
  std::mutex adding_;
  std::vector<TableRow> rows_;
  Stopwatch since_written_;
  double next_write_ = 0;  // seconds since then
};

}  // namespace colorize::command
