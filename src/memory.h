// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "ab.h"
#include "cuts.h"
#include "motion.h"

namespace colorize {

/// The colour of the last frames, moved along the motion of lightness to where its things are now.
///
/// For each frame `see` its lightness, then either `blend` what the network says or `recall` what is known.
class Memory {
 public:
  /// Forgets everything; the next frame begins anew.
  void forget();

  /// `lightness`: CV_32F, L* 0..100. Moves the colour to this frame, or forgets it where a cut (see CutDetector)
  /// begins. Returns whether there is a cut.
  bool see(const cv::Mat& lightness, double scene_threshold);

  /// Whether there is nothing to recall.
  bool empty() const { return ab_.a.empty(); }

  /// Mixes what the network says now, `ab` (the size of the lightness), into the memory and gives the mixture back.
  /// With `stability` 0 `ab` stays as it is; the nearer to 1, the longer a colour takes to change where the motion is
  /// trusted.
  void blend(Ab& ab, double stability);

  /// The memory itself, for a frame on which the network does not run.
  const Ab& recall() const { return ab_; }

 private:
  cv::Mat last_, now_;  // CV_8U codes of lightness
  Motion motion_;
  CutDetector cuts_;
  Ab ab_, moved_;
};

}  // namespace colorize
