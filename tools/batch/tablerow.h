// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "common/progress.h"

namespace colorize::command {

/// A file in a table of many.
struct TableRow {
  std::size_t number = 0;                                 ///< of the job, from 1 on; 0: it was none
  std::filesystem::path input, output = {}, record = {};  ///< empty: there is none
  std::string status;                                     ///< name_of() the outcome
  std::string why = {};                                   ///< it is not done, for people
  std::string begin = {};                                 ///< as ISO 8601 has it
  double seconds = 0;                                     ///< that it took
  std::uint64_t frames = 0;
  std::vector<Remark> remarks = {};
  std::filesystem::path picture = {};  ///< of before and after; empty: there is none
  std::string html = {};               ///< html_line_of() it, where there is a page
};

/// What all rows have in common.
struct TableOfRun {
  std::string settings;  ///< as they were given, for people
  bool whole = false;    ///< the run is at its end
};

/// The first line of a CSV table.
extern const char* const csv_header;

/// As RFC 4180 has it, in UTF-8.
std::string csv_of(const std::vector<TableRow>& rows, const TableOfRun& run);

/// By what an HTML table is known.
extern const char* const html_generator;

/// The row in a page that will lie at `table`, from where its links are seen: they cost system calls, and pages are
/// written often.
std::string html_line_of(const TableRow& row, const std::filesystem::path& table);

/// A page of rows whose `html` is there.
std::string html_of(const std::vector<TableRow>& rows, const TableOfRun& run, const std::filesystem::path& table);

}  // namespace colorize::command
