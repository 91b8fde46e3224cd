// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

#include "failure.h"

namespace colorize::command {

/// A picture's pixels, as long as they are looked at.
struct Mapped {
  GstVideoFrame frame;

  /// Throws Failure in these words.
  Mapped(GstBuffer* buffer, const GstVideoInfo& info, GstMapFlags flags, const char* otherwise) {
    if (!gst_video_frame_map(&frame, &info, buffer, flags)) throw Failure(otherwise);
  }
  ~Mapped() { gst_video_frame_unmap(&frame); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
};

}  // namespace colorize::command
