// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// When the packets of a stream of libavformat's are shown, in order of decoding, in its nanoseconds. Empty where it
/// does not have a time of its own for each. Throws Failure, Interrupted.
std::vector<std::int64_t> times_by_libavformat(const std::filesystem::path& film, int stream,
                                               const std::stop_token& stop);

/// Whether the times that GStreamer finds in a track's packets are others than these, but for what all differ by, so
/// that it would not fit to what libavformat copies. (Those that hold nothing do not count.) False where these are not
/// as many.
bool is_misread(const Track& track, const std::vector<std::int64_t>& times);

/// The track with these times in the place of GStreamer's, as is_misread() counts them.
Track retimed(const Track& track, const std::vector<std::int64_t>& times);

/// Gives the packets that pass the pad these running times, one after the other; from the `first` on, if it is given,
/// and drops those before it.
void retime(GstPad* pad, std::vector<std::int64_t> times, const std::optional<Landmark>& first);

}  // namespace colorize::command
