// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "common/pipeline.h"

namespace colorize::command {

/// The file that a pipeline reads, taken apart into its streams as they are stored. Many a container tells of a stream
/// only when its first packet comes, be that at the film's end. The pipeline stops, whatever happens, when this goes.
class Source {
 public:
  /// Is called for each stream as it appears, before anything of it flows, from the thread that reads.
  using Taker = std::function<void(GstPad* pad, const std::string& id)>;

  /// Adds the elements to `pipeline` (PAUSED from now on). With a taker nothing waits; without one all waits until it
  /// is decided, by pad() and release(), what becomes of each stream. Of pictures `alone` sound is not even parsed: a
  /// parser that finds nothing up to the end calls that an error. Throws Failure.
  Source(GstElement* pipeline, const std::filesystem::path& file, std::stop_token stop, Taker taker = {},
         bool alone = false);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Waits for a stream. Null where the film ends without it. Throws Failure or Interrupted.
  GstPad* pad(const std::string& id);
  /// The same of the first stream of pictures.
  GstPad* pictures();

  /// Lets flow what was asked for; the rest is dropped.
  void release();
  /// The same, and plays to the end; `tick` is called a few times a second. Throws Failure or Interrupted.
  void run(const std::function<void()>& tick = {});

 private:
  struct Stream;

  static gboolean is_to_be_parsed(GstElement*, GstPad*, GstCaps* caps, Source* self);
  static void add(GstElement*, GstPad* pad, Source* self);
  void take(GstPad* pad, const std::string& id);
  static GstPadProbeReturn hold(GstPad*, GstPadProbeInfo* info, void* self);
  static void fill(GstElement*, Source* self);
  static GstPadProbeReturn hear(GstPad*, GstPadProbeInfo* info, void* stream);
  GstPad* wait(const std::function<bool(const Stream&)>& is_it);
  std::unique_ptr<Stream> held(GstPad* pad, const std::string& id);

  GstElement* pipeline_;
  std::stop_token stop_;
  Taker taker_;
  bool alone_;
  std::vector<std::unique_ptr<Stream>> streams_;  // but those that a taker has
  std::mutex mutex_;
  std::condition_variable change_;
  bool flows_ = false, full_ = false, waits_ = false, released_ = false, closed_ = false;
};

/// Whether packets must reach the decoder as their container has them: AVI puts two frames of MPEG-4 into one packet
/// and an empty one behind it. Decoders know that; mpeg4videoparse takes them apart and gives both one time.
bool is_for_decoder_alone(GstCaps* caps);

/// Goes to `time` (stream time) by the keyframe there or before.
void seek(GstPad* stream, std::int64_t time);

}  // namespace colorize::command
