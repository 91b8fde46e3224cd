// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace colorize::command {

/// Whether all that is shown from this keyframe on can be decoded without anything before it. Containers and parsers
/// call many a frame a keyframe from which a picture only builds up, or which later frames look past.
bool begins_anew(GstCaps* caps, GstBuffer* keyframe);

}  // namespace colorize::command
