// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizequality.h"

#include "gstcolorizestats.h"

GstClockTime gst_colorize_running_time(GstColorize* self, GstBuffer* buffer) {
  const GstSegment* segment = &GST_BASE_TRANSFORM(self)->segment;
  return segment->format == GST_FORMAT_TIME
             ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
             : GST_CLOCK_TIME_NONE;
}

void gst_colorize_post(GstColorize* self, GstStructure* structure) {
  gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), structure));
}

void gst_colorize_forget_quality(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  self->jitter = 0;
  self->predicted = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK(self);
}

gboolean gst_colorize_gives_up_quality(GstColorize* self, GstEvent* event) {
  GstQOSType type;
  gdouble proportion;
  GstClockTimeDiff jitter;
  GstClockTime time;
  gst_event_parse_qos(event, &type, &proportion, &jitter, &time);
  const gboolean said_late = jitter > 0 && type != GST_QOS_TYPE_THROTTLE;
  const gboolean late = said_late && gst_base_transform_is_qos_enabled(GST_BASE_TRANSFORM(self));
  GST_OBJECT_LOCK(self);
  self->jitter = late ? jitter : 0;
  self->proportion = proportion;
  self->late += said_late;
  const gboolean gives_up =
      late && !self->settings.async && GST_CLOCK_TIME_IS_VALID(self->predicted) && time <= self->predicted;
  GST_OBJECT_UNLOCK(self);
  return gives_up;
}

void gst_colorize_post_qos(GstColorize* self, GstBuffer* buffer) {
  constexpr gint quality = 500000; /* of 1000000 */
  const GstClockTime time = GST_BUFFER_PTS(buffer), running_time = gst_colorize_running_time(self, buffer);
  const GstClockTime stream_time =
      gst_segment_to_stream_time(&GST_BASE_TRANSFORM(self)->segment, GST_FORMAT_TIME, time);
  GST_OBJECT_LOCK(self);
  const GstClockTimeDiff jitter = self->jitter;
  const gdouble proportion = self->proportion;
  const guint64 frames = self->stats.frames;
  GST_OBJECT_UNLOCK(self);
  GstMessage* message =
      gst_message_new_qos(GST_OBJECT(self), FALSE, running_time, stream_time, time, GST_BUFFER_DURATION(buffer));
  gst_message_set_qos_values(message, jitter, proportion, quality);
  gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, frames, static_cast<guint64>(-1)); /* the base class counts */
  gst_element_post_message(GST_ELEMENT(self), message);
}

void gst_colorize_post_stats(GstColorize* self) {
  const gint64 now = g_get_monotonic_time();
  GST_OBJECT_LOCK(self);
  GstStructure* stats = self->post_stats && now - self->stats_posted >= G_USEC_PER_SEC
                            ? gst_colorize_stats(self->stats, self->late)
                            : NULL;
  GST_OBJECT_UNLOCK(self);
  if (!stats) return;
  self->stats_posted = now;
  gst_colorize_post(self, stats);
}
