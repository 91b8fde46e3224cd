// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "common/pipeline.h"

namespace colorize::command {

/// A picture of a film before it becomes colour, upright and with square pixels.
struct Glimpse {
  Sample picture;     ///< R'G'B' of 8 bits or, as R'G'B'A, of 16
  std::int64_t time;  ///< when it begins to be shown, in nanoseconds from the film's beginning
};

/// The picture that is shown at a time, without reading the film up to there. Throws Failure or Interrupted.
Glimpse glimpse_at(const std::filesystem::path& film, std::int64_t time, const std::stop_token& stop);

/// A picture of each shot that is found, small (R'G'B' of one size, `side` the longer side), at most so many. A short
/// film is looked through as a whole; of a long one keyframes at even distances are looked at. Throws Failure or
/// Interrupted.
std::vector<Glimpse> glimpses_of_shots(const std::filesystem::path& film, std::size_t most, int side,
                                       const std::stop_token& stop);

/// Decoders may crash, so both are done by a process of its own, `gst-colorize --glimpse FILM TIME|MOST SIDE`, and this
/// is what it runs. Returns an exit status; throws UsageError or Interrupted.
int glimpse(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
