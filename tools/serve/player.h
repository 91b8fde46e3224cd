// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "common/pipeline.h"
#include "common/watchdog.h"
#include "gate.h"

namespace colorize::command {

/// Plays the pictures of a film by the clock, or those of a camera as they come; never its sound. Begins with a film
/// paused, at its first picture. Pictures that nobody takes in time are dropped and counted.
class Player {
 public:
  struct Picture {
    Sample sample;              ///< as decoded, neither scaled nor turned
    double time;                ///< of the film, in seconds
    std::optional<double> age;  ///< of a camera's, in seconds
    unsigned late;              ///< pictures that were dropped since the last one
    bool follows;               ///< the last one, as it does while it plays or when one steps on
  };

  /// `film` is the file that `uri` names; nothing: it is a camera. `wake` is called from any thread when there is
  /// something new. Throws Failure.
  Player(const std::string& uri, std::optional<std::filesystem::path> film, std::function<void()> wake);
  ~Player();
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  void play();
  void pause();
  /// Goes to the picture that is seen at `seconds`. Where places are asked for faster than it gets there, it shows
  /// keyframes near some of them, which is quick, and in the end the last place.
  void seek(double seconds);
  /// Pauses, and goes to the next picture or, where `frames` is negative, to the one before.
  void step(int frames);

  /// Does what is to be done now and then, and whenever `wake` was called. Throws Failure or Interrupted.
  void look(const std::stop_token& stop);
  /// A picture that is there and was not taken yet.
  std::optional<Picture> take();

  bool playing() const { return playing_; }
  /// Whether the picture that was asked for has not come yet.
  bool busy() const { return busy_ || fresh_ || place_ || steps_; }
  /// Whether the end was reached since this was asked last; it is paused there.
  bool ended();

  std::optional<double> duration() const;  ///< in seconds
  bool seekable() const;
  /// The way in which videoflip turns the pictures upright.
  const char* direction() const;

 private:
  using Clock = std::chrono::steady_clock;

  static gboolean is_to_be_decoded(GstElement*, GstPad*, GstCaps* caps, Player* self);
  static void take_part(GstBin*, GstBin*, GstElement* element, Player*);
  static void set_up_source(GstElement*, GstElement* source, Player*);
  static void link(GstElement*, GstPad* pad, Player* self);
  static void fill(GstElement*, Player* self);
  static GstBusSyncReply hear(GstBus*, GstMessage* message, void* self);
  static GstFlowReturn come(GstElement* sink, Player* self);
  static GstFlowReturn stand(GstElement*, Player* self);
  void go_to(std::int64_t time, unsigned attempt = 0);
  void go_near(std::int64_t time);
  void seek(std::int64_t time, int how);
  void watch(const std::stop_token& stop);

  std::optional<std::filesystem::path> film_;
  std::function<void()> wake_;
  Element pipeline_ = sunk(gst_pipeline_new(nullptr));
  GstElement* sink_;
  std::unique_ptr<Gate> gate_;
  bool playing_ = false, stepped_ = false, ended_ = false;
  // What is wanted next, as soon as the picture is there that was asked for.
  std::optional<std::int64_t> place_;
  int steps_ = 0;
  // What was asked for: a keyframe near a place that is still wanted, or the very picture of a place.
  std::optional<std::int64_t> near_, exact_;
  unsigned attempt_ = 0;
  std::optional<double> begin_;        // the time of the first picture
  std::optional<std::int64_t> shown_;  // when that stands which was taken last
  int doubtful_ = 0;                   // pictures that were perhaps taken before they were played
  bool follows_ = false;
  unsigned taken_ = 0, told_ = 0;
  std::optional<Watchdog> watchdog_;

  // Of GStreamer's threads.
  std::atomic<bool> busy_ = true, fresh_ = false;      // a picture is awaited, is there
  std::atomic<bool> over_ = false, finished_ = false;  // the sink has the end, and the last picture was seen
  std::atomic<bool> pictures_ = false, others_ = false, complete_ = false;  // streams that are there; there are no more
  std::atomic<unsigned> rendered_ = 0;
  std::atomic<Clock::time_point> heard_ = Clock::now();
};

}  // namespace colorize::command
