// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "colorizer.h"

namespace colorize {

/// What became of many pictures.
struct Stats {
  /// A step of a picture's way, each time that it was done.
  struct Stage {
    std::uint64_t times = 0;
    double sum_ms = 0, worst_ms = 0;

    double mean_ms() const { return times ? sum_ms / static_cast<double>(times) : 0; }
    void add(double ms) {
      ++times;
      sum_ms += ms;
      worst_ms = std::max(worst_ms, ms);
    }
  };

  std::uint64_t frames = 0, coloured = 0, cuts = 0, skipped = 0;
  Stage see, predict, paint;
  std::int64_t age_frames = -1, age_time = -1;  ///< see Processed
  std::string library;                          ///< that runs the network
  int threads = 0;                              ///< that it may use

  void add(const Processed& picture) {
    ++frames;
    coloured += picture.coloured;
    cuts += picture.cut;
    skipped += picture.skipped;
    see.add(picture.see_ms);
    if (picture.predicted) predict.add(picture.predict_ms);
    if (picture.painted) paint.add(picture.paint_ms);
    if (picture.painted) {
      age_frames = picture.age_frames;
      age_time = picture.age_time;
    }
  }
};

}  // namespace colorize
