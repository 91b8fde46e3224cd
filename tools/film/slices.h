// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace colorize::command {

/// In how many slices libavcodec divides a picture of FFV1 with subsampled chroma: 16, or of odd sides the number
/// nearest to that in which no edge of a slice lies within a sample of chroma, since it refuses others
/// (need_new_slices() in its ffv1.h); 1 where there is none, which then has no checksums.
int slices_of(int width, int height);

/// Has `encoder`, where it makes FFV1, divide the pictures that come through `pad` so.
void choose_slices(GstPad* pad, GstElement* encoder);

}  // namespace colorize::command
