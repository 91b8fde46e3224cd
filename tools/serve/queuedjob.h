// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json.h"

namespace colorize::command {

/// What the command says of one file of a job.
struct QueuedFile {
  std::string name;               ///< of the file that it is made of
  std::string state = "waiting";  ///< waiting, running, or how the command calls what became of it
  std::string text;               ///< why
  std::filesystem::path result;   ///< empty: none
  std::vector<std::pair<std::string, std::string>> remarks;  ///< their codes and words
  std::vector<int> pictures;                                 ///< numbers of the small pictures of what is made
  std::filesystem::path source;                              ///< what it is made of
};

/// A run of the command that somebody asked for on the page: a value that outlives the server as a file.
struct QueuedJob {
  enum class State { waiting, running, done, failed, cancelled };

  std::string id;
  std::string task;  ///< colour, sheet, evaluate
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path output;                              ///< folder for results; empty: beside their inputs
  std::vector<std::pair<std::string, std::string>> options;  ///< of the command line, with their values; empty: none
  int references = 0;                                        ///< pictures in the job's folder that say colours
  std::int64_t made = 0;                                     ///< when it was asked for, seconds since 1970

  State state = State::waiting;
  bool begun = false;                  ///< something may be there to go on with
  std::string text;                    ///< why it failed
  std::vector<QueuedFile> files;       ///< by the command's numbers
  std::vector<QueuedFile> left_alone;  ///< what in a folder is nothing to work on
  std::optional<std::size_t> count;    ///< files in all, when it is known
  double share = 0;                    ///< of the file that is made now, 0 to 1
  std::optional<double> remaining;     ///< seconds to that file's end
  double fps = 0, seconds = 0;
  int pictures = 0;  ///< small pictures in all

  bool is_over() const { return state != State::waiting && state != State::running; }
  /// What the command is called with. `folder`: the job's own.
  std::vector<std::string> arguments(const std::filesystem::path& folder) const;
  static std::filesystem::path references_in(const std::filesystem::path& folder) { return folder / "references"; }
};

/// As the page and the job's file have it.
void write(const QueuedJob& job, Json& json);
std::string saved(const QueuedJob& job);
/// Throws Failure for what is none.
QueuedJob saved_job(const std::string& text);

/// What a line of `--progress=json` changes. Returns a piece's file or a photograph's result whose picture can be shown
/// now. Throws Failure for what is no such line.
std::optional<std::filesystem::path> hear(QueuedJob& job, const std::string& line);

}  // namespace colorize::command
