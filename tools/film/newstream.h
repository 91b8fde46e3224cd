// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "libav.h"
#include "plan.h"

namespace colorize::command {

/// The caps of what pieces hold, in the form in which containers that keep a codec's parameters apart have it. Throws
/// Failure.
const char* form_apart(const GstCaps* stored);

/// Adds a stream for the new pictures of a track, the first of which is here; `source` is that of the film's own.
/// Throws Failure.
AVStream& add_pictures(const AvOutput& output, GstSample* first, const AVStream& source, const PlannedTrack& track);

/// Takes away the tags of a stream that are not true of another one.
void remove_statistics(AVStream& stream);

}  // namespace colorize::command
