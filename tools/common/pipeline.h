// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <exception>
#include <functional>
#include <stop_token>
#include <string>

#include "failure.h"
#include "owned.h"

namespace colorize::command {

/// Waits for a message of one of `types`; `tick` is called a few times a second. Throws Failure where the pipeline
/// fails or nothing happens in it any more, Interrupted where its job is to stop.
void await(GstElement* pipeline, GstMessageType types, const std::stop_token& stop,
           const std::function<void()>& tick = {});

/// Throws what await() would now.
void check(GstElement* pipeline, const std::stop_token& stop);

/// For a probe that failed: the pad's element fails with these words.
GstPadProbeReturn post(GstPad* pad, const std::exception& error);

/// Stops a pipeline, whatever happens. What waits for it throws Interrupted when its job is to stop.
class Playing {
 public:
  /// Prerolls the pipeline (PAUSED; live ones do not wait). Throws Failure or Interrupted.
  explicit Playing(GstElement* pipeline, std::stop_token stop = {});
  ~Playing();
  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;

  /// Plays to the end; `tick` is called a few times a second. Throws Failure or Interrupted.
  void run(const std::function<void()>& tick = {});

 private:
  GstElement* pipeline_;
  std::stop_token stop_;
};

/// What gst-launch would make of `description`. Throws Failure.
Element parse_pipeline(const std::string& description);

/// Adds an element to a pipeline, which keeps it. Throws Failure where GStreamer has none such.
GstElement* add(GstElement* pipeline, const char* factory);

/// Lets one picture or file, and the end after it, into the pipeline's appsrc `source`; the pipeline is PAUSED then.
void feed(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps);

/// What comes out of the pipeline's appsink `sink` when this has gone into its appsrc `source`. Throws Failure or
/// Interrupted.
Sample convert(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps, const std::stop_token& stop = {});

/// The element called `name` in a pipeline. The pipeline keeps it.
GstElement* element_of(GstElement* pipeline, const char* name);

}  // namespace colorize::command
