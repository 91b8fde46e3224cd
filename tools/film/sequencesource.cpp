// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "common/failure.h"
#include "common/pipeline.h"
#include "sequence.h"

namespace colorize::command {

namespace {

/// What goes out of an appsrc.
struct Reading {
  Sequence sequence;
  std::size_t next = 0;  // picture
};

/// Throws Failure.
Buffer read_picture(const Sequence& sequence, std::size_t i) {
  const std::filesystem::path file = sequence.file(i);
  gchar* bytes = nullptr;
  gsize size = 0;
  Owned<GError> error;
  std::error_code gone;
  // No more than was there when it was looked at.
  if (std::filesystem::file_size(file, gone) != sequence.pictures[i].size || gone)
    throw Failure(file.string() + " has changed since it was looked at; begin anew");
  if (!g_file_get_contents(file.c_str(), &bytes, &size, out(error))) throw Failure(error->message);
  Buffer buffer(gst_buffer_new_wrapped(bytes, size));
  const std::int64_t time = sequence.time(sequence.pictures[i].number);
  const std::int64_t next =
      i + 1 < sequence.pictures.size() ? sequence.time(sequence.pictures[i + 1].number) : sequence.end();
  GST_BUFFER_PTS(buffer.get()) = GST_BUFFER_DTS(buffer.get()) = static_cast<GstClockTime>(time);
  GST_BUFFER_DURATION(buffer.get()) = static_cast<GstClockTime>(next - time);
  return buffer;
}

void need_data(GstElement* source, guint, Reading* reading) try {
  GstFlowReturn flow = GST_FLOW_OK;
  if (reading->next >= reading->sequence.pictures.size()) {
    g_signal_emit_by_name(source, "end-of-stream", &flow);
    return;
  }
  const Buffer buffer = read_picture(reading->sequence, reading->next++);
  g_signal_emit_by_name(source, "push-buffer", buffer.get(), &flow);
} catch (const Failure& failure) {
  GST_ELEMENT_ERROR(source, RESOURCE, READ, ("%s", failure.what()), (nullptr));
}

gboolean seek_data(GstElement*, guint64 time, Reading* reading) {
  const std::uint64_t number = reading->sequence.number_at(static_cast<std::int64_t>(time));
  const auto after = std::ranges::upper_bound(reading->sequence.pictures, number, {}, &Sequence::Picture::number);
  const auto count = static_cast<std::size_t>(after - reading->sequence.pictures.begin());
  reading->next = count > 0 ? count - 1 : 0;
  return TRUE;
}

}  // namespace

GstElement* add_sequence(GstElement* pipeline, const Sequence& sequence) {
  GstElement* const source = add(pipeline, "appsrc");
  const Caps caps(gst_caps_new_simple(sequence_caps, "framerate", GST_TYPE_FRACTION, sequence.rate.frames,
                                      sequence.rate.per, nullptr));
  g_object_set(source, "caps", caps.get(), "format", GST_FORMAT_TIME, "duration", static_cast<guint64>(sequence.end()),
               nullptr);
  gst_util_set_object_arg(G_OBJECT(source), "stream-type", "seekable");
  auto* const reading = new Reading{sequence};
  g_object_set_data_full(G_OBJECT(source), "reading", reading, [](void* data) { delete static_cast<Reading*>(data); });
  g_signal_connect(source, "need-data", G_CALLBACK(need_data), reading);
  g_signal_connect(source, "seek-data", G_CALLBACK(seek_data), reading);
  return source;
}

}  // namespace colorize::command
