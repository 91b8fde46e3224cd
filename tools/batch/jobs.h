// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "film/sequence.h"
#include "options.h"

namespace colorize::command {

/// A file to be made of another.
struct Job {
  std::filesystem::path input, output;
  bool still = false;                     ///< a photograph; else a film
  bool asked_for = true;                  ///< named by the user, not found in a folder
  std::string problem;                    ///< why it cannot be done, where that is known before it begins
  std::filesystem::path record = {};      ///< of the result; empty: none is wanted
  std::size_t number = 0;                 ///< from 1 on
  std::optional<Sequence> sequence = {};  ///< of pictures, which is the input, called by its pattern
};

/// A file in a folder, or a folder, of which nothing is to be made.
struct LeftAlone {
  std::filesystem::path file;
  std::string why;
};

struct JobList {
  std::vector<Job> jobs;
  std::vector<LeftAlone> left_alone;
};

/// What the options ask for, file by file, in the order of the command line and, in folders, of names. Makes nothing.
/// What cannot be looked at is a job with a problem.
JobList jobs_of(const Options& options);

}  // namespace colorize::command
