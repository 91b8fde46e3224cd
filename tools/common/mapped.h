// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

#include "failure.h"
#include "owned.h"

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

/// A picture of another form, its pixels yet to be written, with the times, flags and metas of `picture`.
inline Buffer picture_like(GstBuffer* picture, const GstVideoInfo& info) {
  constexpr int kept = GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META;
  Buffer result(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
  gst_buffer_copy_into(result.get(), picture, static_cast<GstBufferCopyFlags>(kept), 0, static_cast<gsize>(-1));
  if (GstVideoMeta* const of_the_old = gst_buffer_get_video_meta(result.get()))
    gst_buffer_remove_meta(result.get(), &of_the_old->meta);
  return result;
}

}  // namespace colorize::command
