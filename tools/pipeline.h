// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <stdexcept>

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
  void operator()(void* object) const { gst_object_unref(object); }
};
using Element = std::unique_ptr<GstElement, Unref>;

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

}  // namespace colorize
