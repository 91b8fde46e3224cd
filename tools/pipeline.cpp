// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipeline.h"

#include <csignal>
#include <string>

namespace colorize {

static volatile std::sig_atomic_t stop_asked = 0;

void interrupt() { stop_asked = 1; }
bool interrupted() { return stop_asked != 0; }

/// Waits for one of `types`, and throws on an error.
static GstMessageType wait(GstElement* pipeline, int types, const std::function<void()>& tick) {
  const std::unique_ptr<GstBus, Unref> bus(gst_element_get_bus(pipeline));
  for (;;) {
    if (interrupted()) throw Interrupted();
    GstMessage* message = gst_bus_timed_pop_filtered(
        bus.get(), 100 * GST_MSECOND, static_cast<GstMessageType>(types | GST_MESSAGE_ERROR));
    if (tick) tick();
    if (!message) continue;
    const GstMessageType type = GST_MESSAGE_TYPE(message);
    std::string text;
    if (type == GST_MESSAGE_ERROR) {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      text = error->message;
      g_error_free(error);
    }
    gst_message_unref(message);
    if (type == GST_MESSAGE_ERROR) throw Failure(text);
    return type;
  }
}

Playing::Playing(GstElement* pipeline) : pipeline_(pipeline) {
  gst_object_ref(pipeline);
  try {
    if (gst_element_set_state(pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_NO_PREROLL)
      wait(pipeline, GST_MESSAGE_ASYNC_DONE, {});
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
  wait(pipeline_, GST_MESSAGE_EOS, tick);
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

}  // namespace colorize
