// SPDX-License-Identifier: LGPL-2.1-or-later
#include "storing.h"

#include <algorithm>

#include "common/words.h"
#include "sequence.h"
#include "timeline.h"

namespace colorize::command {

namespace {

/// " with d.3.png", of a sequence of pictures the next one; empty of other films.
std::string next_file(const Encoding& encoding) {
  const std::optional<Sequence> sequence = sequence_in(encoding.plan.film);
  const std::vector<std::int64_t>& shown = encoding.plan.tracks[encoding.track].pictures->shown;
  const auto next = std::ranges::upper_bound(shown, encoding.last);
  if (!sequence || next == shown.end()) return "";
  return " with " + sequence->names.name(sequence->number_at(*next)).filename().string();
}

/// Throws Failure where caps are not of the size that the pad has.
void check_size(GstPad* pad, GstEvent* event, const Encoding& encoding) {
  GstCaps* caps;
  gst_event_parse_caps(event, &caps);
  const Caps known(gst_pad_get_current_caps(pad));
  const auto size = [](const GstCaps* of) {
    int width = 0, height = 0;
    gst_structure_get_int(gst_caps_get_structure(of, 0), "width", &width);
    gst_structure_get_int(gst_caps_get_structure(of, 0), "height", &height);
    return sides(width, height);
  };
  if (known && size(known.get()) != size(caps))
    throw Failure("its pictures change from " + size(known.get()) + " to " + size(caps) + next_file(encoding) +
                  ", which nothing but decoding tells; make one size of it first, with a tool that scales films");
}

}  // namespace

GstPadProbeReturn make_plain(GstPad* pad, GstPadProbeInfo* info, void* data) try {
  auto& encoding = *static_cast<Encoding*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    const auto time = running_time(encoding.segment, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
    encoding.last = std::max(encoding.last, time.value_or(encoding.last));
    return GST_PAD_PROBE_OK;
  }
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
      info->data = gst_event_new_stream_start("pictures");
      gst_event_unref(event);
      return GST_PAD_PROBE_OK;
    case GST_EVENT_CAPS:
      check_size(pad, event, encoding);
      return GST_PAD_PROBE_OK;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &encoding.segment);
      return GST_PAD_PROBE_OK;
    case GST_EVENT_EOS:
      return GST_PAD_PROBE_OK;
    default:
      return GST_PAD_PROBE_DROP;
  }
} catch (const Failure& failure) {
  return post(pad, failure);
}

}  // namespace colorize::command
