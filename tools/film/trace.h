// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <opencv2/core.hpp>
#include <optional>
#include <string>

#include "hintfollower.h"
#include "placedhint.h"
#include "shot.h"

namespace colorize::command {

/// How far hints are followed from the moment that they are given for, and how much is kept of a shot for it.
constexpr std::int64_t longest_way = 60'000'000'000;         // ns
constexpr std::size_t most_bytes_of_a_shot = 256 * 1000000;  // of lightness

/// A frame of a shot as it is kept: a byte for each L*.
struct KeptFrame {
  KeptFrame(std::int64_t its_time, const cv::Mat& lightness);

  std::int64_t time;
  cv::Mat codes;

  cv::Mat lightness() const;  ///< CV_32F
};

/// The frames of the shot so far.
using KeptFrames = std::deque<KeptFrame>;

/// Adds one; those that lie too far back go.
void keep(KeptFrame frame, KeptFrames& frames);

/// The hint that a line says. Throws Error.
PlacedHint hint_of(const std::string& line);

/// Keeps to the place of a hint through frames that follow each other, forwards or backwards.
class Trace {
 public:
  Trace(const PlacedHint& hint, cv::Size picture);

  /// Where its thing is in the next frame, which `shot` has seen, in pixels of the picture; nothing where it is not
  /// seen.
  std::optional<cv::Point2d> next(const Shot& shot, const cv::Mat& lightness);

 private:
  PlacedHints hints_;
  cv::Size picture_;
  HintFollower follower_;
};

}  // namespace colorize::command
