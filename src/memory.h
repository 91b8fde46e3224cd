// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "ab.h"
#include "ownreference.h"
#include "shot.h"

namespace colorize {

/// The colour of the last frames, moved along the motion of lightness to where its things are now.
///
/// For each frame: `follow` what the shot did, `take` what the network says where it was asked, `recall`. An answer may
/// also come later than the frame that it is about: `await` one when it is asked for, and `take` it when it is there.
class Memory {
 public:
  /// Forgets everything, an answer that is awaited too.
  void forget();

  /// Forgets the colour alone: the next answer is the first of its shot.
  void begin_anew();

  /// To be called for each frame that `shot` has seen. What is known goes to where its things are in that frame, or is
  /// forgotten where this does not go on from the one before.
  void follow(const Shot& shot);

  /// Goes little by little where the motion is not trusted, as where something was uncovered; there the next answer
  /// replaces it.
  void fade();

  /// An answer about the frame followed last will be taken later. Of several only the last one is awaited.
  void await();

  /// Mixes `said`, a*b* of the size of the lightness that the network says of frame `number` (see Shot), into the
  /// memory. With `stability` 0 it replaces what is known; the nearer to 1, the longer a colour takes to change where
  /// the motion is trusted. What was awaited comes along the motion since its frame, and counts where that is trusted.
  /// With `own_reference` a colour settles within its shot (see OwnReference) instead of following what is said; else
  /// `counts`, CV_32F 0..1, is how far it counts, as a whole where that is empty.
  /// Returns false where the answer is of no use: about any other frame, or one before a cut or a `forget`.
  bool take(const Ab& said, std::int64_t number, double stability, bool own_reference = false,
            const cv::Mat& counts = {});

  /// Whether there is nothing to recall.
  bool empty() const { return ab_.empty(); }

  /// The colour of the frame followed last.
  const Ab& recall() const { return ab_; }

 private:
  /// Where the things of the frame followed last were in the frame that an answer is awaited about.
  struct Way {
    std::int64_t number = 0;  ///< of that frame; 0: nothing is awaited
    bool moved = false;       ///< the frame followed last is a later one
    cv::Mat origin, trust;    ///< then as Motion has them for a single step

    void follow(const Motion& motion);

   private:
    cv::Mat moved_origin_, moved_trust_;
  };

  Ab ab_, moved_;
  cv::Mat moved_counts_;
  cv::Mat held_, moved_held_;  // CV_32F: how much has not faded since the last answer
  std::int64_t number_ = 0;    // of the frame that the colour is of; 0: of none
  cv::Mat trust_;              // the shot's, of the way from the frame before
  Way awaited_;
  OwnReference reference_;
};

}  // namespace colorize
