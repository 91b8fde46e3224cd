// SPDX-License-Identifier: LGPL-2.1-or-later
#include "slices.h"

#include <cmath>
#include <string_view>

namespace colorize::command {

namespace {

constexpr int usual = 16;

/// Whether the last one of so many parts of a side begins on a sample of chroma.
bool divides(int side, int parts) { return side % 2 == 0 || (side - side * (parts - 1) / parts) % 2 != 0; }

GstPadProbeReturn choose(GstPad*, GstPadProbeInfo* info, void* encoder) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps;
  gst_event_parse_caps(event, &caps);
  int width = 0, height = 0;
  gst_structure_get_int(gst_caps_get_structure(caps, 0), "width", &width);
  gst_structure_get_int(gst_caps_get_structure(caps, 0), "height", &height);
  g_object_set(encoder, "slices", slices_of(width, height), nullptr);
  return GST_PAD_PROBE_OK;
}

}  // namespace

int slices_of(int width, int height) {
  int best = 1;
  double least = 10;
  for (int down = 2; down <= 9; ++down)
    for (int across = down; across < 2 * down; ++across) {
      const double far = std::abs(std::log(down * across / static_cast<double>(usual)));
      const bool is_room = 2 * across <= width + 1 && 2 * down <= height + 1;  // for a sample of chroma in each
      if (!is_room || !divides(width, across) || !divides(height, down) || far >= least) continue;
      best = down * across;
      least = far;
    }
  return best;
}

void choose_slices(GstPad* pad, GstElement* encoder) {
  if (GST_OBJECT_NAME(gst_element_get_factory(encoder)) != std::string_view("avenc_ffv1")) return;
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, choose, encoder, nullptr);
}

}  // namespace colorize::command
