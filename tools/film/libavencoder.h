// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace colorize::command {

/// Makes the elements colorize-png, colorize-tiff, colorize-dpx and colorize-dnxhr known, encoders by libavcodec where
/// GStreamer's own take no such pictures: R'G'B' of 8 bits and of 16 (RGBA64_LE, of which alpha is left out), each a
/// whole file; for DNxHR Y'CbCr 4:2:2 of 8 and of 10 bits, of any size.
void register_libav_encoders();

}  // namespace colorize::command
