// SPDX-License-Identifier: LGPL-2.1-or-later
#include "label.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "mapped.h"

namespace colorize::command {

namespace {

/// White letters with a dark edge, on nothing.
Sample draw(const std::string& text, int size, int width, int height) {
  const Owned<gchar> svg(g_markup_printf_escaped(
      "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d'>"
      "<g font-family='sans-serif' font-size='%d' stroke-linejoin='round'>"
      "<text x='%d' y='%d' stroke='black' stroke-opacity='0.8' stroke-width='%d'>%s</text>"
      "<text x='%d' y='%d' fill='white'>%s</text></g></svg>",
      width, height, size, size / 4, size, std::max(2, size / 5), text.c_str(), size / 4, size, text.c_str()));
  const Buffer file(gst_buffer_new_memdup(svg.get(), std::strlen(svg.get())));
  const Caps caps(gst_caps_from_string("image/svg+xml"));
  return convert(parse_pipeline("appsrc name=source ! rsvgdec ! appsink name=sink").get(), file.get(), caps.get());
}

constexpr const char* unmapped = "a picture cannot be mapped for its label";

GstVideoInfo info_of(GstSample* sample) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample))) throw Failure("a label cannot be drawn");
  return info;
}

/// The first column that is behind all letters.
int end_of(GstSample* line) {
  const GstVideoInfo info = info_of(line);
  const Mapped mapped(gst_sample_get_buffer(line), info, GST_MAP_READ, unmapped);
  constexpr int alpha = 3;
  for (int x = info.width - 1; x >= 0; --x)
    for (int y = 0; y < info.height; ++y)
      if (static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(
              &mapped.frame, alpha))[y * GST_VIDEO_FRAME_COMP_STRIDE(&mapped.frame, alpha) + 4 * x] != 0)
        return x + 1;
  return 0;
}

}  // namespace

Label::Label(const std::string& text, int width, int height) {
  if (!Element(gst_element_factory_make("rsvgdec", nullptr)))
    throw Failure(
        "GStreamer's element rsvgdec, which draws labels, is missing; on Debian it comes with "
        "gstreamer1.0-plugins-bad");
  constexpr int smallest = 9;  // in pixels, that is read
  for (int size = std::max(smallest, height / 36); size >= smallest; size = std::min(size - 1, size * 7 / 8)) {
    const int margin = size / 2, line_height = size * 3 / 2;
    if (width <= 2 * margin || height < 4 * line_height) continue;
    Sample line = draw(text, size, width, line_height);
    if (end_of(line.get()) > width - 2 * margin) continue;
    const GstVideoInfo info = info_of(line.get());
    const Buffer pixels(gst_buffer_copy(gst_sample_get_buffer(line.get())));
    gst_buffer_add_video_meta(pixels.get(), GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                              static_cast<guint>(info.width), static_cast<guint>(info.height));
    GstVideoOverlayRectangle* const rectangle = gst_video_overlay_rectangle_new_raw(
        pixels.get(), margin / 2 * 2, (height - line_height - margin) / 2 * 2,  // on a sample of chroma
        static_cast<guint>(info.width), static_cast<guint>(info.height), GST_VIDEO_OVERLAY_FORMAT_FLAG_NONE);
    composition_.reset(gst_video_overlay_composition_new(rectangle));
    gst_video_overlay_rectangle_unref(rectangle);
    return;
  }
}

void Label::burn(GstBuffer* picture, const GstVideoInfo& info) const {
  if (!has_room()) return;
  Mapped into(picture, info, GST_MAP_READWRITE, unmapped);
  gst_video_overlay_composition_blend(composition_.get(), &into.frame);
}

namespace {

/// What burns it: made when the size is known.
struct Burner {
  std::string text;
  GstVideoInfo info;
  std::optional<Label> label;
};

GstPadProbeReturn pass(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& burner = *static_cast<Burner*>(data);
  try {
    if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
      GstBuffer* const picture = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
      info->data = picture;
      if (burner.label) burner.label->burn(picture, burner.info);
      return GST_PAD_PROBE_OK;
    }
    GstEvent* const event = gst_pad_probe_info_get_event(info);
    GstCaps* caps = nullptr;
    if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
    gst_event_parse_caps(event, &caps);
    if (gst_video_info_from_caps(&burner.info, caps))
      burner.label.emplace(burner.text, burner.info.width, burner.info.height);
  } catch (const std::exception& error) {
    return post(pad, error);
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void label(GstPad* pad, const std::string& text) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                    pass, new Burner{text, {}, {}}, [](void* burner) { delete static_cast<Burner*>(burner); });
}

}  // namespace colorize::command
