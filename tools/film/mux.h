// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "common/progress.h"
#include "encoders.h"
#include "survey.h"

namespace colorize::command {

/// A track of new pictures: its pieces are the files that `pattern` matches, in their names' order.
struct Pictures {
  const Track& track;
  std::filesystem::path pattern;
};

/// Throws Failure where so many new pictures do not fit into the container; remarks on what else of the film does not.
void check_container(const Container& container, const Survey& survey, std::size_t pictures, const Encoder& encoder,
                     Progress& progress);

/// Writes `file`: the new pictures, and everything else of the film that the container holds, with `comment` in the
/// place of the film's own unless that is empty. Returns the running times of each track of new pictures. Throws
/// Failure or Interrupted.
std::vector<std::vector<std::int64_t>> mux(const std::filesystem::path& film, const Survey& survey,
                                           const std::vector<Pictures>& pictures, const Container& container,
                                           const Encoder& encoder, const std::string& comment,
                                           const std::filesystem::path& file, const std::stop_token& stop);

}  // namespace colorize::command
