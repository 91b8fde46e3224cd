// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <opencv2/core.hpp>

#include "ab.h"
#include "ownreference.h"
#include "shot.h"

namespace colorize {

/// The mean of all that the network said of each thing of a shot so far, whichever way one goes through it.
class ShotMean {
 public:
  void forget();

  /// The next frame, see Shot::see. Returns whether it goes on from the last one.
  bool see(const cv::Mat& lightness, double scene_threshold);

  /// What the network says of the frame seen last.
  void take(const Ab& said);

  bool empty() const { return known_.empty(); }
  const Ab& known() const { return known_; }
  const cv::Mat& count() const { return reference_.count(); }  ///< CV_32F, of how many frames
  const cv::Mat& codes() const { return shot_.codes(); }

 private:
  Shot shot_;
  OwnReference reference_{OwnReference::Mean::plain};
  Ab known_, moved_;
};

/// The first of two passes through a film: finds what colour the things of each shot come to have by all that is said
/// of them in it, before and after a frame, so that they have it from their first frame on. SecondPass has the result.
class FirstPass {
 public:
  /// Asks the network about the frame at hand; gives a*b* of the size of its lightness.
  using Ask = std::function<const Ab&()>;

  static constexpr std::size_t usual_most_bytes = 256 * 1000000;

  /// `file` gets its name when it is whole. Of a shot no more than `most_bytes` are kept: from where that is full on
  /// its frames are made by half as much of what comes after. Throws Error where the file cannot be written.
  explicit FirstPass(std::filesystem::path file, std::size_t most_bytes = usual_most_bytes);
  ~FirstPass();  ///< nothing half-made is left
  FirstPass(const FirstPass&) = delete;
  FirstPass& operator=(const FirstPass&) = delete;

  /// The next frame: its L* (CV_32F) as the network sees it, and a time by which it is found again. The network is
  /// asked about the first frame of a shot and so many frames later each. Throws Error.
  void take(const cv::Mat& lightness, std::int64_t time, int interval, double scene_threshold, const Ask& ask);

  /// The next frame has nothing to do with the last one.
  void forget();

  /// There is no further frame. Throws Error.
  void finish();

 private:
  /// A frame of the shot, as small as it can be.
  struct Kept {
    std::int64_t time;
    bool cut;                // a shot begins with it, after another one
    cv::Mat codes;           // CV_8U, of its lightness
    cv::Mat said_a, said_b;  // CV_16S, steps of a*b*; empty: nothing
    cv::Mat a, b;            // CV_16S, what is known by the frames up to this one
    cv::Mat count;           // CV_16U, of how many of them
  };

  void write(std::size_t frames);
  void expect_written() const;

  const std::filesystem::path file_, partial_;
  const std::size_t most_bytes_;
  std::ofstream out_;
  ShotMean before_;
  int since_asked_ = 0;
  std::deque<Kept> kept_;
  std::size_t bytes_ = 0;  // of these
};

}  // namespace colorize
