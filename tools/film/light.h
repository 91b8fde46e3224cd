// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "libav.h"
#include "plan.h"

namespace colorize::command {

/// Gives a stream of new pictures what a screen has to know of their light: that on which they were mastered (SMPTE ST
/// 2086), and how bright they become (CTA-861.3). It is as the film's stream has it, or else, as in HEVC, within the
/// pictures of the track.
void copy_light(AVStream& to, const AVStream& from, const PlannedTrack& track);

/// What of it a container, by libavformat's name, would lose with pictures by such an encoder, for people; or nothing.
std::string lost_light(const char* format, const Encoder& encoder, const AVStream& stream, const PlannedTrack& track);

/// Whether a packet holds HDR10+ (SMPTE ST 2094-40, in a message after ITU-T T.35), which is for the film's own
/// pictures.
bool has_hdr10_plus(const AVStream& stream, const AVPacket& packet);

/// Whether a film's pictures come with Dolby Vision, which is for its own pictures alone.
bool has_dolby_vision(const AVStream& stream);

}  // namespace colorize::command
