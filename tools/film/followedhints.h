// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "common/choices.h"

namespace colorize::command {

/// For pictures of those times, ns from the film's beginning in order, each of which is to be coloured by itself: the
/// properties with the hints and regions that hold in it. Hints of other moments of its shot are followed to it, as far
/// as 60 s. The film is decoded in a process of its own where that is to be done. Throws Failure or Interrupted.
std::vector<Properties> properties_of_pictures(const std::filesystem::path& film, const Properties& properties,
                                               const std::vector<std::int64_t>& times, const std::stop_token& stop);

/// What that process runs, `gst-colorize --follow-hints FILM QUESTION`. Returns an exit status; throws UsageError or
/// Interrupted.
int follow_hints(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
