// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

namespace colorize {

/// The user wants to stop; nothing went wrong.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Asks every pipeline that runs or is to come to end by Interrupted. Safe in a signal handler.
void interrupt();
bool interrupted();

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstTagList* tags) const { gst_tag_list_unref(tags); }
  void operator()(GstToc* toc) const { gst_toc_unref(toc); }
  void operator()(void* object) const { gst_object_unref(object); }
};
using Buffer = std::unique_ptr<GstBuffer, Unref>;
using Sample = std::unique_ptr<GstSample, Unref>;
using Caps = std::unique_ptr<GstCaps, Unref>;
using Element = std::unique_ptr<GstElement, Unref>;
using Pad = std::unique_ptr<GstPad, Unref>;

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

/// A pipeline's error as the user should read it: what, and where.
class Failure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
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

}  // namespace colorize
