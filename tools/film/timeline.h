// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>

namespace colorize::command {

/// Of a time in a segment; nothing where it has none.
std::optional<std::int64_t> running_time(const GstSegment& segment, GstClockTime time);
std::optional<std::int64_t> stream_time(const GstSegment& segment, GstClockTime time);

/// From here on all packets of the pad carry their running time, delayed by `lead`, in a segment that is always the
/// same and that begins long before them: none is lost for lying before the first, and streams from several pipelines
/// fit together.
void put_on_one_clock(GstPad* pad, std::int64_t lead = 0);

/// The running time that put_on_one_clock() put, without its `lead`, into a packet.
std::int64_t time_on_one_clock(GstClockTime time);

}  // namespace colorize::command
