// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "libav.h"

namespace colorize::command {

/// Whether GStreamer's own way to the pixels of such a stream (`caps` there) is a decoder of libavcodec's that cannot
/// name them. GStreamer's plugin does not refuse those, it crashes. And of QuickTime Animation it loses frames that
/// repeat the last one, or gives them the time of that, as the version is.
bool needs_own_decoder(GstCaps* caps, AVPixelFormat pixels);

/// Makes the element colorize-libav known, a decoder by libavcodec for all pixels that it knows: gray in 8 or 16 bits,
/// Y'CbCr 4:4:4 in 8, 10, 12 or 16, R'G'B' in 8 or 16. Codes of other depths are shifted up, and where the range is
/// full their upper bits are repeated below, so that white stays white; alpha is left out.
void register_libav_decoder();

/// What it decodes, and whether gray comes as R'G'B' of the same codes, which GStreamer's converter does not keep in 16
/// bits; has to be known before it runs.
void set_parameters(GstElement* decoder, const AVCodecParameters& parameters, bool gray_as_rgb = false);

}  // namespace colorize::command
