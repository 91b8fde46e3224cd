// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <opencv2/core.hpp>
#include <vector>

#include "colourreference.h"
#include "hints.h"
#include "match.h"
#include "motion.h"
#include "shot.h"

namespace colorize {

/// What references say of the colour of a film's frames: their things are looked for once in a while, and between keep
/// their colour along the motion of the lightness, to the end of the shot.
class ReferenceFollower {
 public:
  /// The size in which a picture of this size is seen.
  using SizeOf = std::function<cv::Size(cv::Size picture)>;

  /// To be called for each frame that `shot` has seen, with the L* of it (CV_32F), at a size that `size_of` gave.
  /// `time`: of the frame, seconds of the stream; negative where it has none, then references may be of any time.
  /// Returns whether their colour came or went at once, other than by motion.
  bool follow(const Shot& shot, const cv::Mat& lightness, const References& references, const SizeOf& size_of,
              double time);

  /// Forgets what was found.
  void forget();

  /// Whether they say nothing of it.
  bool empty() const { return planes_.empty(); }

  /// Whether all of them say something of parts alone. Then the network is to be told nothing, since it would change
  /// the rest by it, and what is merely alike has a share too.
  bool are_of_parts() const;

  /// What they say of the frame that was followed last, at the size of its L*. Confidence is
  /// more than `of_likeness` only where the reference is of this very scene, and the place is known to the pixel.
  Hints planes() const;
  static constexpr float of_likeness = 0.5F;

  /// Their colour alone, also where they are less sure.
  const Ab& ab() const { return planes_.ab; }

  /// The share, CV_32F 0..1 for each pixel, that their colour itself has in the frame's.
  cv::Mat share() const;

 private:
  /// A reference as it is seen: at first its thumbnail alone, and all else while it is looked at.
  struct Seen {
    cv::Mat thumbnail;  ///< of the lightness, without its mean, of unit length
    cv::Mat codes{};    ///< CV_8U, of the lightness
    Ab ab{};
    cv::Mat says{};  ///< CV_32F 0..1, or empty: 1
    Look look{};
  };
  /// What one reference says of a frame.
  struct Said {
    double score = 0;
    Hints planes;
  };

  static void look_at(const Reference& reference, const SizeOf& size_of, Seen& seen);
  static cv::Mat thumbnail_of(const cv::Mat& levels);
  std::vector<std::size_t> candidates(const cv::Mat& lightness, double time) const;
  Said ask(const Seen& reference, const Look& look, const cv::Mat& codes);
  void move(const Motion& motion);
  void search(const cv::Mat& lightness, const SizeOf& size_of, double time);
  void take(const Hints& said);

  References references_;
  std::vector<Seen> seen_;
  cv::Size size_;
  double time_ = -1;           // of the last frame
  std::int64_t searched_ = 0;  // number of the frame in which they were looked for
  Hints planes_;
  float shown_ = 1;  // share of that which has come
  Motion straight_, matched_;
};

}  // namespace colorize
