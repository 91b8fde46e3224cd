// SPDX-License-Identifier: LGPL-2.1-or-later
#include "timeline.h"

namespace colorize::command {

/// Where running time 0 lies in the segment, as the encoders with reordered frames have it.
static constexpr std::int64_t zero = 1000 * 3600 * static_cast<std::int64_t>(GST_SECOND);

static std::optional<std::int64_t> signed_time(int sign, std::uint64_t time) {
  if (sign == 0) return std::nullopt;
  return sign * static_cast<std::int64_t>(time);
}

std::optional<std::int64_t> running_time(const GstSegment& segment, GstClockTime time) {
  if (!GST_CLOCK_TIME_IS_VALID(time) || segment.format != GST_FORMAT_TIME) return std::nullopt;
  guint64 result;
  const int sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, time, &result);
  return signed_time(sign, result);
}

std::optional<std::int64_t> stream_time(const GstSegment& segment, GstClockTime time) {
  if (!GST_CLOCK_TIME_IS_VALID(time) || segment.format != GST_FORMAT_TIME) return std::nullopt;
  guint64 result;
  const int sign = gst_segment_to_stream_time_full(&segment, GST_FORMAT_TIME, time, &result);
  return signed_time(sign, result);
}

namespace {

struct Clock {
  std::int64_t lead;
  GstSegment segment;  // that the packets come in

  GstClockTime map(GstClockTime time) const {
    const auto running = running_time(segment, time);
    return running ? static_cast<GstClockTime>(zero + *running) : GST_CLOCK_TIME_NONE;
  }
};

GstEvent* put_event(Clock& clock, GstEvent* event) {
  GstEvent* result;
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event, &clock.segment);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.position = static_cast<guint64>(zero - clock.lead);
    result = gst_event_new_segment(&segment);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_GAP) {
    GstClockTime time, duration;
    gst_event_parse_gap(event, &time, &duration);
    if (time = clock.map(time); !GST_CLOCK_TIME_IS_VALID(time)) return event;
    result = gst_event_new_gap(time, duration);
  } else {
    return event;
  }
  gst_event_unref(event);
  return result;
}

GstPadProbeReturn put(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& clock = *static_cast<Clock*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* const buffer = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
    GST_BUFFER_PTS(buffer) = clock.map(GST_BUFFER_PTS(buffer));
    GST_BUFFER_DTS(buffer) = clock.map(GST_BUFFER_DTS(buffer));
    info->data = buffer;
  } else {
    info->data = put_event(clock, gst_pad_probe_info_get_event(info));
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void put_on_one_clock(GstPad* pad, std::int64_t lead) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                    put, new Clock{lead, {}}, [](void* clock) { delete static_cast<Clock*>(clock); });
}

std::int64_t time_on_one_clock(GstClockTime time) { return static_cast<std::int64_t>(time) - zero; }

}  // namespace colorize::command
