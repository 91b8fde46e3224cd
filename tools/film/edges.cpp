// SPDX-License-Identifier: LGPL-2.1-or-later
#include "edges.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cstring>

#include "common/mapped.h"

namespace colorize::command {

namespace {

struct Edges {
  const Encoder& encoder;
  GstVideoInfo from{}, into{};
  bool are_needed = false;
};

void copy(const GstVideoFrame& from, const GstVideoFrame& into, int component) {
  const auto rows = [&](const GstVideoFrame& frame) { return GST_VIDEO_FRAME_COMP_HEIGHT(&frame, component); };
  const auto row = [&](const GstVideoFrame& frame, int y) {
    return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, component)) +
           y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
  };
  const auto sample = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PSTRIDE(&from, component));
  const std::size_t width = sample * static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_WIDTH(&from, component));
  const std::size_t wider = sample * static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_WIDTH(&into, component));
  const int last = rows(from) - 1;
  const bool has_fields = GST_VIDEO_INFO_IS_INTERLACED(&from.info) && last > 0;
  for (int y = 0; y < rows(into); ++y) {
    const int source = y <= last ? y : has_fields ? last - (y - last) % 2 : last;
    std::uint8_t* const to = row(into, y);
    std::memcpy(to, row(from, source), width);
    for (std::size_t x = width; x < wider; x += sample) std::memcpy(to + x, to + width - sample, sample);
  }
}

Buffer widened(const Edges& edges, GstBuffer* picture) {
  constexpr const char* unmapped = "a picture cannot be mapped";
  Buffer result = picture_like(picture, edges.into);
  const Mapped from(picture, edges.from, GST_MAP_READ, unmapped);
  const Mapped into(result.get(), edges.into, GST_MAP_WRITE, unmapped);
  for (guint i = 0; i < GST_VIDEO_FRAME_N_COMPONENTS(&from.frame); ++i)
    copy(from.frame, into.frame, static_cast<int>(i));
  return result;
}

/// The caps of what goes on.
Caps widened(Edges& edges, GstCaps* caps) {
  gst_video_info_from_caps(&edges.from, caps);
  const int width = filled_up(edges.from.width, edges.encoder.multiple);
  const bool has_fields = GST_VIDEO_INFO_IS_INTERLACED(&edges.from);
  const int height =
      filled_up(edges.from.height, has_fields ? edges.encoder.multiple_of_fields : edges.encoder.multiple);
  edges.are_needed = width != edges.from.width || height != edges.from.height;
  Caps result(gst_caps_copy(caps));
  gst_caps_set_simple(result.get(), "width", G_TYPE_INT, width, "height", G_TYPE_INT, height, nullptr);
  gst_video_info_from_caps(&edges.into, result.get());
  return result;
}

GstPadProbeReturn pass(GstPad* pad, GstPadProbeInfo* info, void* data) try {
  auto& edges = *static_cast<Edges*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    if (!edges.are_needed) return GST_PAD_PROBE_OK;
    GstBuffer* const picture = gst_pad_probe_info_get_buffer(info);
    info->data = widened(edges, picture).release();
    gst_buffer_unref(picture);
  } else if (GstEvent* const event = gst_pad_probe_info_get_event(info); GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps;
    gst_event_parse_caps(event, &caps);
    const Caps result = widened(edges, caps);
    if (!edges.are_needed) return GST_PAD_PROBE_OK;
    info->data = gst_event_new_caps(result.get());
    gst_event_unref(event);
  }
  return GST_PAD_PROBE_OK;
} catch (const Failure& failure) {
  return post(pad, failure);
}

}  // namespace

int filled_up(int side, int multiple) { return (side + multiple - 1) / multiple * multiple; }

void repeat_edges(GstPad* pad, const Encoder& encoder) {
  constexpr int types = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(types), pass, new Edges{encoder},
                    [](void* edges) { delete static_cast<Edges*>(edges); });
}

}  // namespace colorize::command
