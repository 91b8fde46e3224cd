// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <vector>

#include "region.h"
#include "shot.h"

namespace colorize {

/// How much colour each sample of a picture gets: inside of regions, and outside of those that are excluded.
class Cover {
 public:
  /// To be called for each frame, after `shot` saw it where some region moves. `lightness`: its L*, CV_32F; `picture`:
  /// that the regions are placed on; `time`: of the frame, seconds of the stream; negative where it has none, then all
  /// regions are of this frame.
  void follow(const Shot& shot, const cv::Mat& lightness, cv::Size picture, const Regions& inside,
              const Regions& excluded, double time);

  /// Forgets where regions are.
  void forget();

  /// The next frame does not follow the last one, but may be of the same shot: frames were lost.
  void miss() { gap_ = true; }

  /// Of the frame that was followed last, CV_8U, 0: the sample stays as it came, 255: it gets all the colour. A sample
  /// that lies outside of where there is to be colour, be it in part, has exactly 0; the soft edge lies on the other
  /// side. Empty: every sample gets it. `size`: of the planes of chroma.
  const cv::Mat& draw(cv::Size size);

 private:
  /// A region, and where it went: pixels of the picture that it was placed on to those of this frame.
  struct Placed {
    bool placed = false, holds = false;
    cv::Matx23d way = cv::Matx23d::eye();

    bool operator==(const Placed&) const = default;
  };
  struct List {
    Regions regions;
    std::vector<Placed> placed;

    void take(const Regions& now);
    bool holds() const;
  };

  void follow(List& list, const Shot& shot, const cv::Mat& lightness, bool goes_on, bool begins, double time);
  cv::Matx23d step(const Region& region, const Placed& placed, const Motion& motion, const cv::Mat& lightness);

  List inside_, excluded_;
  cv::Size seen_, picture_;
  double time_ = -1;  // of the last frame
  bool gap_ = false;  // before the next one
  bool changed_ = true;
  cv::Mat last_;  // L* of the last frame, where some region moves
  cv::Mat plane_, shape_;
};

/// Whether some region moves with what lies in it.
bool any_moves(const Regions& regions);

}  // namespace colorize
