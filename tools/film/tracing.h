// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// Follows the hints of a moment back through their shots, as far as 60 s, so that what they say holds from the frame
/// on in which their things are first seen, and writes a picture of what they colour into the work folder, by which
/// their things are found again in all of the shot. Hints that are in `known` already are taken from there. The film is
/// decoded in a process of its own. Throws Failure or Interrupted.
std::vector<TracedHint> trace_hints(const std::filesystem::path& film, const Properties& properties,
                                    const std::filesystem::path& folder, const std::vector<TracedHint>& known,
                                    const std::stop_token& stop);

/// What that process runs, `gst-colorize --trace-hints FILM QUESTION`. Returns an exit status; throws UsageError or
/// Interrupted.
int trace_hints(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
