// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <vector>

#include "encoders.h"
#include "progress.h"
#include "survey.h"

namespace colorize {

/// A track of new pictures: its pieces are the files that `pattern` matches, in their names' order.
struct Pictures {
  const Track& track;
  std::filesystem::path pattern;
};

/// Writes `file`: the new pictures, and everything else of the film that the container holds; a remark tells of what it
/// does not hold. Throws Failure or Interrupted.
void mux(const std::filesystem::path& film, const Survey& survey, const std::vector<Pictures>& pictures,
         const Container& container, const Encoder& encoder, const std::filesystem::path& file, Progress& progress);

}  // namespace colorize
