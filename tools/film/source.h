// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "common/pipeline.h"

namespace colorize::command {

/// The file that a pipeline reads, taken apart into its streams as they are stored. Nothing flows before it is decided
/// what becomes of each stream. The pipeline stops, whatever happens, when this goes.
class Source {
 public:
  /// Adds the elements to `pipeline` (PAUSED from now on) and waits until the streams are known. Throws Failure or
  /// Interrupted.
  Source(GstElement* pipeline, const std::filesystem::path& file, std::stop_token stop);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  struct Stream {
    Pad pad;
    std::string id;
    gulong hold;
  };
  const std::vector<Stream>& streams() const { return streams_; }
  /// Null where there is no such stream.
  GstPad* pad(const std::string& stream_id) const;

  /// Lets flow what is linked; the rest is dropped.
  void release();
  /// The same, and plays to the end; `tick` is called a few times a second. Throws Failure or Interrupted.
  void run(const std::function<void()>& tick = {});

 private:
  static void add(GstElement*, GstPad* pad, Source* self);
  static GstPadProbeReturn hold(GstPad*, GstPadProbeInfo*, void* self);
  static GstPadProbeReturn hear(GstPad*, GstPadProbeInfo* info, void* self);
  void set_known();

  GstElement* pipeline_;
  std::stop_token stop_;
  std::vector<Stream> streams_;
  std::mutex mutex_;
  std::condition_variable change_;
  bool known_ = false;  // all streams
};

/// Whether packets must reach the decoder as their container has them: AVI puts two frames of MPEG-4 into one packet
/// and an empty one behind it. Decoders know that; mpeg4videoparse takes them apart and gives both one time.
bool is_for_decoder_alone(GstCaps* caps);

/// Goes to `time` (stream time) by the keyframe there or before.
void seek(GstPad* stream, std::int64_t time);

}  // namespace colorize::command
