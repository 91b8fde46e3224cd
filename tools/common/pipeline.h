// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <string>

#include "failure.h"
#include "owned.h"

namespace colorize::command {

/// Asks every pipeline that runs or is to come to end by Interrupted. Safe in a signal handler.
void interrupt();
bool interrupted();

/// Waits for a message of one of `types`; `tick` is called a few times a second. Throws Failure or Interrupted.
void await(GstElement* pipeline, GstMessageType types, const std::function<void()>& tick = {});

/// Throws what await() would now.
void check(GstElement* pipeline);

/// Stops a pipeline, whatever happens.
class Playing {
 public:
  /// Prerolls the pipeline (PAUSED; live ones do not wait). Throws Failure or Interrupted.
  explicit Playing(GstElement* pipeline);
  ~Playing();
  Playing(const Playing&) = delete;
  Playing& operator=(const Playing&) = delete;

  /// Plays to the end; `tick` is called a few times a second. Throws Failure or Interrupted.
  void run(const std::function<void()>& tick = {});

 private:
  GstElement* pipeline_;
};

/// What gst-launch would make of `description`. Throws Failure.
Element parse_pipeline(const std::string& description);

/// Lets one picture or file, and the end after it, into the pipeline's appsrc `source`; the pipeline is PAUSED then.
void feed(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps);

/// What comes out of the pipeline's appsink `sink` when this has gone into its appsrc `source`. Throws Failure or
/// Interrupted.
Sample convert(GstElement* pipeline, GstBuffer* buffer, GstCaps* caps);

/// The element called `name` in a pipeline. The pipeline keeps it.
GstElement* element_of(GstElement* pipeline, const char* name);

}  // namespace colorize::command
