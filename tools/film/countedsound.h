// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "libav.h"

namespace colorize::command {

/// Whether a container, by libavformat's name, counts pictures and sound from one beginning and knows no times.
bool is_counting(const char* format);

/// Whether sound in such a container ends where its pictures do, as in MXF, whose muxer drops what either has more.
bool ends_with_pictures(const char* format);

/// PCM in a container that is_counting(): silence takes the place of what is not there, so that what comes after it is
/// heard at its time.
class CountedSound {
 public:
  static bool can_fill(const AVCodecParameters& sound);

  /// `begin`: of the first picture, in nanoseconds.
  CountedSound(const AVCodecParameters& sound, std::int64_t begin);

  AVRational time_base() const { return {1, rate_}; }

  /// What is to be written of a packet whose times are in `base`, with silence before it.
  std::vector<AvOwned<AVPacket>> place(const AVPacket& packet, AVRational base);
  /// Silence up to a time (nanoseconds), where there is no sound yet.
  std::vector<AvOwned<AVPacket>> fill(std::int64_t time);
  /// There are no pictures from here on, and so no silence; where it `cuts`, no sound either.
  void end_at(std::int64_t time, bool cuts);
  /// How long the sound is that fell away, in nanoseconds.
  std::int64_t lost() const;

 private:
  /// In samples from the beginning, of time from the film's.
  std::int64_t position_of(std::int64_t time, AVRational base) const;
  void add(std::vector<AvOwned<AVPacket>>& packets, std::int64_t samples, const std::uint8_t* data);

  int rate_, size_;  // bytes of a sample of all channels
  std::uint8_t silence_;
  std::int64_t begin_, position_ = 0, lost_ = 0;
  std::optional<std::int64_t> end_;
  bool cuts_ = false;
};

}  // namespace colorize::command
