// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipeline.h"

#include <gst/pbutils/missing-plugins.h>

#include <string>
#include <string_view>
#include <utility>

#include "watchdog.h"

namespace colorize::command {

/// The reason of an error, where it has one: behind the first line of its debugging text, which tells a place in
/// GStreamer's sources.
static std::string reason_in(const gchar* debug) {
  const std::string text = debug ? debug : "";
  const std::size_t end = text.find('\n');
  std::string reason = end == std::string::npos ? "" : text.substr(end + 1);
  while (reason.ends_with('\n')) reason.pop_back();
  for (std::size_t at; (at = reason.find('\n')) != std::string::npos;) reason.replace(at, 1, "; ");
  return reason;
}

/// GStreamer's element that posts a message; empty where it is ours or none.
static std::string element_behind(GstMessage* message) {
  if (!GST_IS_ELEMENT(GST_MESSAGE_SRC(message))) return {};
  GstElementFactory* const factory = gst_element_get_factory(GST_ELEMENT(GST_MESSAGE_SRC(message)));
  const std::string name = factory ? gst_plugin_feature_get_name(factory) : "";
  return name == "colorize" ? "" : name;
}

/// An error in words. What GStreamer says in general terms wants its reason, and who says it. Of files it speaks
/// plainly, and so do we, where we post an error.
static std::string words(GstMessage* message) {
  Owned<GError> error;
  Owned<gchar> debug;
  gst_message_parse_error(message, out(error), out(debug));
  std::string text = error->message, reason = reason_in(debug.get());
  const bool is_of_unknown_kind = g_error_matches(error.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_TYPE_NOT_FOUND) ||
                                  g_error_matches(error.get(), GST_STREAM_ERROR, GST_STREAM_ERROR_CODEC_NOT_FOUND);
  if (is_of_unknown_kind) return text;
  constexpr std::string_view stop = "streaming stopped, reason ";
  if (reason.starts_with(stop)) {
    const bool disagree = reason.find("not-negotiated") != std::string::npos;
    text = "could not go on";
    reason = disagree ? "what follows does not take such a stream" : "what follows failed";
  }
  const std::string element = element_behind(message);
  const bool is_plain = error->domain == GST_RESOURCE_ERROR || element.empty();
  return (is_plain ? "" : "GStreamer's " + element + ": ") + text + (reason.empty() ? "" : " (" + reason + ")");
}

/// Whether a message of one of `types` comes in time. Throws Failure or Interrupted.
static bool comes(GstElement* pipeline, int types, GstClockTime timeout, const std::stop_token& stop) {
  const Owned<GstBus> bus(gst_element_get_bus(pipeline));
  std::string missing;  // a plugin, which is told of before the error
  for (;;) {
    if (stop.stop_requested()) throw Interrupted();
    const Owned<GstMessage> message(gst_bus_timed_pop_filtered(
        bus.get(), timeout, static_cast<GstMessageType>(types | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT)));
    if (!message) return false;
    if (gst_is_missing_plugin_message(message.get())) {
      const Owned<gchar> description(gst_missing_plugin_message_get_description(message.get()));
      missing = ": GStreamer lacks a plugin, " + std::string(description.get());
    }
    if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_ERROR) throw Failure(words(message.get()) + missing);
    if (GST_MESSAGE_TYPE(message.get()) & types) return true;
  }
}

void check(GstElement* pipeline, const std::stop_token& stop) { comes(pipeline, 0, 0, stop); }

void await(GstElement* pipeline, GstMessageType types, const std::stop_token& stop, const std::function<void()>& tick) {
  Watchdog watchdog;
  while (!comes(pipeline, types, 100 * GST_MSECOND, stop)) {
    if (tick) tick();
    watchdog.look();
  }
  if (tick) tick();
}

GstPadProbeReturn post(GstPad* pad, const std::exception& error) {
  const Element element(gst_pad_get_parent_element(pad));
  GST_ELEMENT_ERROR(element.get(), RESOURCE, FAILED, ("%s", error.what()), (nullptr));  // words() leaves it as it is
  return GST_PAD_PROBE_DROP;
}

Playing::Playing(GstElement* pipeline, std::stop_token stop) : pipeline_(pipeline), stop_(std::move(stop)) {
  gst_object_ref(pipeline);
  try {
    if (gst_element_set_state(pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_NO_PREROLL)
      await(pipeline, GST_MESSAGE_ASYNC_DONE, stop_);
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
  await(pipeline_, GST_MESSAGE_EOS, stop_, tick);
}

Element parse_pipeline(const std::string& description) {
  Owned<GError> error;
  Element pipeline = sunk(gst_parse_launch_full(description.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, out(error)));
  if (error) throw Failure(error->message);
  return pipeline;
}

GstElement* add(GstElement* pipeline, const char* factory) {
  GstElement* const element = gst_element_factory_make(factory, nullptr);
  if (!element) throw Failure("GStreamer has no element " + std::string(factory) + " here");
  gst_bin_add(GST_BIN(pipeline), element);
  return element;
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

Sample convert(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps, const std::stop_token& stop) {
  feed(pipeline, buffer, caps);
  const Element sink(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
  g_object_set(sink.get(), "sync", FALSE, "wait-on-eos", FALSE, nullptr);
  Playing playing(pipeline, stop);
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
