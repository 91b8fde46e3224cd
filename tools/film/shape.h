// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan.h"

namespace colorize::command {

struct Size {
  int width, height;
};

/// Whether the pictures of a track have to be turned to stand upright: no muxer of ours writes that down.
bool is_turned(const GstTagList* tags);

/// Whether they lie on their side.
bool is_lying(const GstTagList* tags);

/// How wide the place beside a picture of such a width is: even, so that the picture begins on a sample of chroma.
int width_beside(int width);

/// The size of a track's pictures on their way to the encoder, upright and with what stands beside them. Sides of 0:
/// that is not known before they are decoded.
Size size_on_the_way(const PlannedTrack& track, const Choices& choices);

}  // namespace colorize::command
