// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pieces.h"

#include <algorithm>

#include "captions.h"
#include "timeline.h"

namespace colorize::command {

namespace {

/// Makes one stream of the pieces.
struct Seam {
  JoinedPictures& joined;
  bool begun = false;
  GstClockTime last = 0;
};

GstPadProbeReturn sew(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& seam = *static_cast<Seam*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* const buffer = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
    info->data = buffer;
    GstClockTime& dts = GST_BUFFER_DTS(buffer);
    // An encoder guesses the times of decoding before its first frame; of uneven frames they may reach into the last
    // piece.
    if (GST_CLOCK_TIME_IS_VALID(dts)) seam.last = dts = std::max(dts, seam.last + 1);
    if (GST_BUFFER_PTS_IS_VALID(buffer)) seam.joined.times.push_back(time_on_one_clock(GST_BUFFER_PTS(buffer)));
    seam.joined.captions = seam.joined.captions || has_captions(buffer);
    seam.begun = true;
    return GST_PAD_PROBE_OK;
  }
  const GstEventType type = GST_EVENT_TYPE(gst_pad_probe_info_get_event(info));
  return seam.begun && (type == GST_EVENT_STREAM_START || type == GST_EVENT_SEGMENT) ? GST_PAD_PROBE_DROP
                                                                                     : GST_PAD_PROBE_OK;
}

}  // namespace

GstElement* add_pieces(GstElement* pipeline, const std::filesystem::path& pattern, const Encoder& encoder,
                       JoinedPictures& joined) {
  GstElement* const reader = add(pipeline, "splitfilesrc");
  g_object_set(reader, "location", pattern.c_str(), nullptr);
  GstElement* const store = add(pipeline, "gdpdepay");
  gst_element_link(reader, store);
  const Pad out(gst_element_get_static_pad(store, "src"));
  gst_pad_add_probe(out.get(),
                    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM), sew,
                    new Seam{joined}, [](void* seam) { delete static_cast<Seam*>(seam); });
  if (!encoder.parser) return store;
  GstElement* const parser = gst_parse_bin_from_description(encoder.parser, TRUE, nullptr);
  gst_bin_add(GST_BIN(pipeline), parser);
  gst_element_link(store, parser);
  return parser;
}

}  // namespace colorize::command
