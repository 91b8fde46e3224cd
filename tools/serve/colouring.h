// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core/types.hpp>
#include <optional>
#include <stop_token>
#include <string>

#include "common/choices.h"
#include "common/pipeline.h"
#include "common/watchdog.h"

namespace colorize::command {

/// A picture, and the way in which videoflip turns it upright.
struct Turned {
  GstSample* picture;
  const char* direction;
};

/// The size of a picture when it stands upright and its pixels are square.
cv::Size size_of(const Turned& picture);

/// Gives pictures their colour, as a page shows them: as JPEGs, before and after. What is given comes out in order; to
/// give one before the last one has come makes use of more than one processor.
class Colouring {
 public:
  /// `wake` is called from any thread when there is a pair. Throws Failure where the element cannot be as the
  /// properties want it.
  Colouring(const Properties& properties, std::function<void()> wake);
  ~Colouring();
  Colouring(const Colouring&) = delete;
  Colouring& operator=(const Colouring&) = delete;

  /// No pair is larger than `most`. `follows`: the picture is the one after the last. `time`: of the film, in seconds,
  /// which hints have.
  void give(const Turned& picture, cv::Size most, bool follows, double time);

  struct Pair {
    std::string before, after;
  };

  /// The next pair, if it is there. Throws Failure or Interrupted.
  std::optional<Pair> take(const std::stop_token& stop);

  /// Gives a property, which fits, a value while it works; false where it has to be made anew for that.
  bool set(const std::string& name, const std::string& value);

  /// Has the network see one of so many pictures; the colour of those between comes from memory.
  void set_interval(int pictures);

 private:
  Element pipeline_;
  std::function<void()> wake_;
  GstSegment segment_;
  std::uint64_t given_ = 0, taken_ = 0;
  std::optional<Watchdog> watchdog_;  // while a pair is awaited
};

/// The picture in colour in its full size as a PNG file, of 16 bits a sample where it has more than 8. Throws Failure
/// or Interrupted.
std::string png_in_colour(const Turned& picture, const Properties& properties, const std::stop_token& stop);

}  // namespace colorize::command
