// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>

namespace colorize {

/// Whether what is said of the moment `when` (none: of any) begins with the frame at `time`, where the last one was at
/// `last`: all of them in seconds, of frames negative where there is none. A stream may begin a little later than that.
inline bool is_due(std::optional<double> when, double time, double last) {
  constexpr double first_moment = 0.5;
  return !when || time < 0 || (*when <= time && *when > (last < 0 ? time - first_moment : last));
}

}  // namespace colorize
