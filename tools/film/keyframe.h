// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace colorize::command {

/// Whether all that is shown from this keyframe on can be decoded without anything before it. Containers and parsers
/// call many a frame a keyframe from which a picture only builds up, or which later frames look past.
/// With `at_once` nothing behind it may be shown before it either.
bool begins_anew(const GstCaps* caps, GstBuffer* keyframe, bool at_once);

/// Whether a codec is known so well that where AVI says only when frames are decoded, and not when they are shown, one
/// can begin at a keyframe: where begins_anew() holds at once, and the next frame is not is_between().
bool goes_by_decoding(const GstCaps* caps);

/// Whether a frame is shown before the one that is decoded before it: a B-VOP of MPEG-4 (ISO/IEC 14496-2, 6.3.5).
bool is_between(const GstCaps* caps, GstBuffer* frame);

}  // namespace colorize::command
