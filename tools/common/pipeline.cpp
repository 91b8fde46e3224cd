// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipeline.h"

#include <gst/pbutils/missing-plugins.h>

#include <csignal>
#include <string>

namespace colorize::command {

static volatile std::sig_atomic_t stop_asked = 0;

void interrupt() { stop_asked = 1; }
bool interrupted() { return stop_asked != 0; }

/// An error in words. What GStreamer only calls an internal error has its reason in the debugging text.
static std::string words(GstMessage* message) {
  g_autoptr(GError) error = nullptr;
  g_autofree gchar* debug = nullptr;
  gst_message_parse_error(message, &error, &debug);
  std::string text = error->message;
  if (debug && g_error_matches(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED)) {
    const std::string reason = debug;
    text += " (" + reason.substr(reason.find_last_of('\n') + 1) + ")";
  }
  return text;
}

/// Whether a message of one of `types` comes in time. Throws what await() does.
static bool comes(GstElement* pipeline, int types, GstClockTime timeout) {
  const Owned<GstBus> bus(gst_element_get_bus(pipeline));
  std::string missing;  // a plugin, which is told of before the error
  for (;;) {
    if (interrupted()) throw Interrupted();
    const std::unique_ptr<GstMessage, decltype(&gst_message_unref)> message(
        gst_bus_timed_pop_filtered(bus.get(), timeout,
                                   static_cast<GstMessageType>(types | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT)),
        gst_message_unref);
    if (!message) return false;
    if (gst_is_missing_plugin_message(message.get())) {
      g_autofree gchar* description = gst_missing_plugin_message_get_description(message.get());
      missing = ": GStreamer lacks a plugin, " + std::string(description);
    }
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) throw Failure(words(message.get()) + missing);
    if (GST_MESSAGE_TYPE(message.get()) & types) return true;
  }
}

void check(GstElement* pipeline) { comes(pipeline, 0, 0); }

void await(GstElement* pipeline, GstMessageType types, const std::function<void()>& tick) {
  while (!comes(pipeline, types, 100 * GST_MSECOND))
    if (tick) tick();
  if (tick) tick();
}

Playing::Playing(GstElement* pipeline) : pipeline_(pipeline) {
  gst_object_ref(pipeline);
  try {
    if (gst_element_set_state(pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_NO_PREROLL)
      await(pipeline, GST_MESSAGE_ASYNC_DONE);
  } catch (...) {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
    throw;
  }
}

Playing::~Playing() {
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_object_unref(pipeline_);
}

void Playing::run(const std::function<void()>& tick) {
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  await(pipeline_, GST_MESSAGE_EOS, tick);
}

Element parse_pipeline(const std::string& description) {
  GError* error = nullptr;
  Element pipeline(gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &error));
  if (error) {
    const std::string text = error->message;
    g_error_free(error);
    throw Failure(text);
  }
  gst_object_ref_sink(pipeline.get());
  return pipeline;
}

void feed(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps) {
  const Element source(gst_bin_get_by_name(GST_BIN(pipeline), "source"));
  g_object_set(source.get(), "caps", caps, "format", GST_FORMAT_TIME, nullptr);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);  // before that appsrc takes nothing
  const Buffer timed(gst_buffer_copy(buffer));        // compositor wants to know how long it is to be seen
  GST_BUFFER_PTS(timed.get()) = 0;
  GST_BUFFER_DURATION(timed.get()) = 1;
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(source.get(), "push-buffer", timed.get(), &flow);
  g_signal_emit_by_name(source.get(), "end-of-stream", &flow);
}

Sample convert(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps) {
  feed(pipeline, buffer, caps);
  const Element sink(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
  g_object_set(sink.get(), "sync", FALSE, "wait-on-eos", FALSE, nullptr);
  Playing playing(pipeline);
  playing.run();
  GstSample* sample = nullptr;
  g_signal_emit_by_name(sink.get(), "try-pull-sample", static_cast<guint64>(0), &sample);
  if (!sample) throw Failure("no picture comes out");
  return Sample(sample);
}

GstElement* element_of(GstElement* pipeline, const char* name) {
  GstElement* const element = gst_bin_get_by_name(GST_BIN(pipeline), name);
  gst_object_unref(element);
  return element;
}

}  // namespace colorize::command
