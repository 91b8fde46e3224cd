// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "common/owned.h"

namespace colorize::command {

/// Lets the pictures of a film pass into a sink from the very one on that is seen at a place that is sought. Decoders
/// and sinks would clip it to that place, so that nobody knows when it begins, and lose it where frames have no length.
class Gate {
 public:
  /// `turn` is told from GStreamer's threads that nothing more comes, be it at the end or where it is astray (true),
  /// and that there is another beginning (false).
  Gate(GstPad* pad, std::function<void(bool over)> turn);
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// After the next flush all before `time` (stream time) is held back; nothing: it is open. `strict`: where the film
  /// begins anew at a later place all is held back, and astray() is true.
  void ask(std::optional<std::int64_t> time, bool strict = false);
  bool astray() const { return astray_; }

  /// Has a decoder hand out what lies before a place that is sought.
  static void widen(GstElement* decoder);

 private:
  static GstPadProbeReturn see(GstPad* pad, GstPadProbeInfo* info, void* self);
  GstPadProbeReturn judge(GstPad* pad, GstBuffer* buffer);
  GstPadProbeReturn hear(GstPad* pad, GstPadProbeInfo* info);
  void let_go(GstPad* pad, GstBuffer* next);

  struct Wish {
    std::int64_t time;
    bool strict;
  };

  std::function<void(bool)> turn_;
  std::atomic<bool> astray_ = false;
  std::mutex mutex_;
  std::optional<Wish> asked_, wish_;  // before and after the flush
  Buffer held_;                       // the last one that is not too late
  GstSegment segment_;
};

}  // namespace colorize::command
