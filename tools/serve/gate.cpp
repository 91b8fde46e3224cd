// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gate.h"

#include <algorithm>
#include <utility>

namespace colorize::command {

namespace {

/// The same segment, in which what lies before its start is not outside.
GstSegment widened(GstSegment segment) {
  if (segment.format != GST_FORMAT_TIME || segment.rate != 1) return segment;
  const guint64 by = std::min(segment.start, segment.time);
  segment.start -= by;
  segment.time -= by;
  segment.offset += by;
  return segment;
}

/// As it was before.
GstSegment narrowed(GstSegment segment) {
  segment.start += segment.offset;
  segment.time += segment.offset;
  segment.offset = 0;
  return segment;
}

void replace(GstPadProbeInfo* info, const GstSegment& segment) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  info->data = gst_event_new_segment(&segment);
  gst_event_set_seqnum(GST_EVENT(info->data), gst_event_get_seqnum(event));
  gst_event_unref(event);
}

GstPadProbeReturn widen_event(GstPad*, GstPadProbeInfo* info, void*) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return GST_PAD_PROBE_OK;
  GstSegment segment;
  gst_event_copy_segment(event, &segment);
  replace(info, widened(segment));
  return GST_PAD_PROBE_OK;
}

}  // namespace

Gate::Gate(GstPad* pad, std::function<void(bool)> turn) : turn_(std::move(turn)) {
  gst_segment_init(&segment_, GST_FORMAT_UNDEFINED);
  constexpr int all = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH;
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(all), see, this, nullptr);
}

void Gate::widen(GstElement* decoder) {
  if (const Pad entry(gst_element_get_static_pad(decoder, "sink")); entry)
    gst_pad_add_probe(entry.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, widen_event, nullptr, nullptr);
}

void Gate::ask(std::optional<std::int64_t> time, bool strict) {
  const std::lock_guard lock(mutex_);
  asked_ = time ? std::optional(Wish{*time, strict}) : std::nullopt;
}

GstPadProbeReturn Gate::see(GstPad* pad, GstPadProbeInfo* info, void* self) {
  auto& gate = *static_cast<Gate*>(self);
  return info->type & GST_PAD_PROBE_TYPE_BUFFER ? gate.judge(pad, gst_pad_probe_info_get_buffer(info))
                                                : gate.hear(pad, info);
}

GstPadProbeReturn Gate::judge(GstPad* pad, GstBuffer* buffer) {
  {
    const std::lock_guard lock(mutex_);
    if (!wish_) return GST_PAD_PROBE_OK;
    guint64 time = 0;
    const bool known = gst_segment_to_stream_time_full(&segment_, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer), &time) == 1;
    if (known && static_cast<std::int64_t>(time) <= wish_->time) {
      held_.reset(gst_buffer_ref(buffer));  // if the next one comes too late, this is it
      return GST_PAD_PROBE_DROP;
    }
    if (known && !held_ && wish_->strict) astray_ = true;
  }
  if (astray_) {
    turn_(true);
    return GST_PAD_PROBE_DROP;
  }
  let_go(pad, buffer);
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn Gate::hear(GstPad* pad, GstPadProbeInfo* info) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  std::unique_lock lock(mutex_);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_FLUSH_STOP:
      held_.reset();
      wish_ = std::exchange(asked_, std::nullopt);
      astray_ = false;
      lock.unlock();
      turn_(false);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment(event, &segment_);
      if (segment_.offset) replace(info, narrowed(segment_));
      segment_ = widened(segment_);
      break;
    case GST_EVENT_EOS:
      astray_ = wish_ && wish_->strict && !held_;
      lock.unlock();
      if (!astray_) let_go(pad, nullptr);
      if (!GST_PAD_IS_FLUSHING(pad)) turn_(true);  // or something else is wanted by now
      return astray_ ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/// What is held passes, and all that comes from now on.
void Gate::let_go(GstPad* pad, GstBuffer* next) {
  std::unique_lock lock(mutex_);
  if (!std::exchange(wish_, std::nullopt)) return;
  Buffer held = std::move(held_);
  GstSegment segment = segment_;
  lock.unlock();
  GstBuffer* const first = held ? held.get() : next;
  if (first && GST_BUFFER_PTS_IS_VALID(first)) {
    // Running time begins with it: steps of a sink count on that.
    segment.time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, GST_BUFFER_PTS(first));
    segment.start = GST_BUFFER_PTS(first);
    segment.offset = 0;
    gst_pad_send_event(pad, gst_event_new_segment(&segment));
  }
  if (held) gst_pad_chain(pad, held.release());
}

}  // namespace colorize::command
