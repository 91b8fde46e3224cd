// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <opencv2/core/types.hpp>
#include <stop_token>
#include <string>

#include "common/choices.h"
#include "common/pipeline.h"

namespace colorize::command {

/// A picture, and the way in which videoflip turns it upright.
struct Turned {
  GstSample* picture;
  const char* direction;
};

/// The size of a picture when it stands upright and its pixels are square.
cv::Size size_of(const Turned& picture);

/// Gives pictures their colour, one after the other, as a page shows them: as JPEGs, before and after.
class Colouring {
 public:
  /// Throws Failure or UsageError where the element cannot be as the properties want it.
  explicit Colouring(const Properties& properties);
  ~Colouring();
  Colouring(const Colouring&) = delete;
  Colouring& operator=(const Colouring&) = delete;

  struct Pair {
    std::string before, after;
  };

  /// `follows`: the picture is the one after the last. Throws Failure or Interrupted.
  Pair operator()(const Turned& picture, cv::Size most, bool follows, const std::stop_token& stop);

  /// Gives a property, which fits, a value while it works; false where it has to be made anew for that.
  bool set(const std::string& name, const std::string& value);

 private:
  Element pipeline_;
  std::uint64_t number_ = 0;
};

/// The picture in colour in its full size as a PNG file, of 16 bits a sample where it has more than 8. Throws Failure
/// or Interrupted.
std::string png_in_colour(const Turned& picture, const Properties& properties, const std::stop_token& stop);

}  // namespace colorize::command
