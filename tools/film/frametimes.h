// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace colorize::command {

/// Where decoded frames pass, those that have no time, or none after that of the frame before, get the next of the
/// running times at which packets are shown, which are in order. Some decoders give a frame that repeats the last one
/// the time of that, or mix up the times of frames that come packed together.
void mend_times(GstPad* pad, std::vector<std::int64_t> shown);

/// The pictures of a track of the result. Running times.
struct JoinedPictures {
  std::vector<std::int64_t> times;       ///< when they are shown, in order of decoding
  std::vector<std::int64_t> of_packets;  ///< those of the film, as another reader than GStreamer has them
  std::size_t untimed = 0;               ///< packets of which that reader has no time
  bool captions = false;                 ///< has_captions() some packet
};

/// How many pictures have the time of another one.
std::size_t count_shared(std::vector<std::int64_t> times);

/// How many pictures are shown when the film, by what the other reader knows, shows none.
std::size_t count_misplaced(const JoinedPictures& pictures);

}  // namespace colorize::command
