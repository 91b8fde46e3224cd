// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>

namespace colorize::command {

/// Makes the elements colorize-png, colorize-tiff, colorize-dpx, colorize-exr, colorize-dnxhr and colorize-ffv1 known,
/// encoders by libavcodec where GStreamer's own take no such pictures: R'G'B' of 8 bits and of 16 (RGBA64_LE, of which
/// alpha is left out), each a whole file, in EXR as linear light in floating-point numbers of 32 bits; for DNxHR Y'CbCr
/// 4:2:2 of 8 and of 10 bits, of any size; for FFV1 Y'CbCr of 8 to 12 bits, and 4:4:4 of 16.
void register_libav_encoders();

/// The least width and height of pictures that an encoder, by its element's name, takes.
std::pair<int, int> least_sides(const std::string& element);

/// "libavcodec 5.1.6", that they are of.
std::string libavcodec_version();

}  // namespace colorize::command
