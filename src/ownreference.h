// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "ab.h"
#include "shot.h"

namespace colorize {

/// How settled the colour of each place of a shot is: it is the mean of the answers about its thing so far, each of
/// which counts less than the one before, so that a thing keeps the colour that it came to have, whatever the network
/// thinks of it later. What is new takes its own colour at once.
///
/// Where the motion is not trusted, a thing counts as known all the same if it looks as what lay at its origin, if the
/// network said nearly the same of both, and if that is near what is known: flow strays within things that are flat or
/// shake, and would have them begin anew again and again. Where it is trusted, but the network takes what lies there
/// for another thing all at once, it has strayed on to that.
class OwnReference {
 public:
  /// `settling`: what the class is for. `plain`: all answers of some seconds count the same, where a film is gone
  /// through before it is shown.
  enum class Mean { settling, plain };
  explicit OwnReference(Mean mean = Mean::settling) : mean_(mean) {}

  /// Nothing is settled.
  void forget();

  /// To be called for each frame that goes on from the one before, after the first answer.
  void follow(const Shot& shot);

  /// Mixes `said`, an answer that is at its place in the frame followed last, into what is `known` there. `weight`:
  /// CV_32F 0..1, how far it counts, or empty where it does whole. `stability` 0..1: the less, the sooner a colour
  /// changes that has settled.
  void settle(const Ab& said, const cv::Mat& weight, double stability, Ab& known);

  bool empty() const { return count_.empty(); }

  /// CV_32F: of the answers for how many frames each place's colour is the mean.
  const cv::Mat& count() const { return count_; }

 private:
  Mean mean_;
  cv::Mat count_;
  Ab said_;               // by the last answer
  int since_ = 0;         // frames since that
  cv::Mat trust_, like_;  // CV_32F 0..1, of the way since: of the motion, and how like its origin each place looks
  cv::Mat moved_a_, moved_b_, moved_count_, moved_trust_, moved_like_;
};

}  // namespace colorize
