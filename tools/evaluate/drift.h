// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "flicker.h"

namespace colorize::command {

/// How far colours go along things in two seconds of a shot: the truth's optical flow is chained from frame to frame
/// and followed as long as it agrees there and back (Sundaram, Brox and Keutzer 2010). Slow changes, which a comparison
/// of neighbouring frames does not see, add up there.
class Drift {
 public:
  /// `sides`: how many films of the same motion are measured.
  explicit Drift(std::size_t sides) : drift_(sides), chroma_(sides) {}

  /// The next frame. `motion`: from the frame before, or null where a shot begins. `luma`: CV_8U. `seconds`: into the
  /// film. `labs`: CV_32FC3, L*a*b* of each side, of the size of the luma.
  void add(const TruthMotion* motion, const cv::Mat& luma, double seconds, std::span<const cv::Mat> labs);

  /// The mean change of a*b* of a side as a share of its mean chroma; not a number where nothing could be followed for
  /// so long, or where there is no chroma.
  double share(std::size_t side) const;

 private:
  struct Tracks {
    double seconds = 0;         ///< when they began
    cv::Mat luma;               ///< CV_32F, then
    std::vector<cv::Mat> labs;  ///< then
    cv::Mat at;                 ///< CV_32FC2: where each pixel is now
    cv::Mat_<uchar> followed;   ///< not 0: it is still where the flow says
    void step(const TruthMotion& motion);
  };

  void measure(const Tracks& tracks, const cv::Mat& luma, std::span<const cv::Mat> labs);

  std::vector<Tracks> tracks_;
  double next_ = 0;                     // seconds at which other ones begin
  std::vector<double> drift_, chroma_;  // sums over tracks, of each side
  int count_ = 0;
};

}  // namespace colorize::command
