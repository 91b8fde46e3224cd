// SPDX-License-Identifier: LGPL-2.1-or-later
#include "padding.h"

#include <opencv2/core.hpp>

#include "common/mapped.h"
#include "common/pipeline.h"

namespace colorize::command {

namespace {

constexpr int block = 8;

Buffer padded(GstBuffer* picture, const GstVideoInfo& info) {
  GstVideoInfo wider = info;
  GstVideoAlignment alignment;
  gst_video_alignment_reset(&alignment);
  for (guint& bits : alignment.stride_align) bits = block - 1;
  gst_video_info_align(&wider, &alignment);
  Buffer result = picture_like(picture, wider);
  gst_buffer_add_video_meta_full(result.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&wider),
                                 static_cast<guint>(wider.width), static_cast<guint>(wider.height),
                                 GST_VIDEO_INFO_N_PLANES(&wider), wider.offset, wider.stride);
  constexpr const char* unmapped = "a picture cannot be mapped";
  const Mapped from(picture, info, GST_MAP_READ, unmapped), into(result.get(), wider, GST_MAP_WRITE, unmapped);
  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(&info); ++i) {
    const int width = GST_VIDEO_FRAME_COMP_WIDTH(&from.frame, i), height = GST_VIDEO_FRAME_COMP_HEIGHT(&from.frame, i);
    const int filled = (width + block - 1) / block * block;
    const auto plane = [&](const GstVideoFrame& frame, int columns) {
      return cv::Mat(height, columns, CV_8U, GST_VIDEO_FRAME_PLANE_DATA(&frame, i),
                     static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i)));
    };
    cv::copyMakeBorder(plane(from.frame, width), plane(into.frame, filled), 0, 0, 0, filled - width,
                       cv::BORDER_REPLICATE);
  }
  return result;
}

GstPadProbeReturn pass(GstPad* pad, GstPadProbeInfo* info, void*) try {
  const Caps caps(gst_pad_get_current_caps(pad));
  GstVideoInfo form;
  if (!gst_video_info_from_caps(&form, caps.get())) throw Failure("is no picture");
  GstBuffer* const picture = gst_pad_probe_info_get_buffer(info);
  info->data = padded(picture, form).release();
  gst_buffer_unref(picture);
  return GST_PAD_PROBE_OK;
} catch (const std::exception& error) {
  return post(pad, error);
}

}  // namespace

void pad_rows(GstPad* pad) { gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, pass, nullptr, nullptr); }

}  // namespace colorize::command
