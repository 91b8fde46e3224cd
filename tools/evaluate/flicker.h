// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <opencv2/video/tracking.hpp>

#include "cuts.h"

namespace colorize::command {

/// The motion from one frame to the next, by dense inverse search (Kroeger et al. 2016), apart from the element's own
/// so that a mistake of the one is not a virtue in the eyes of the other.
class TruthMotion {
 public:
  /// `luma`: CV_8U, of frames in succession. Returns false for the first frame of a shot, which follows none.
  bool operator()(const cv::Mat& luma);

  /// Mean distance of a*b* from those of the last frame moved along (Lai et al. 2018), where the motion can be trusted;
  /// NaN where that is hardly anywhere. `last`, `now`: L*a*b* of the size of the luma.
  double change(const cv::Mat& last, const cv::Mat& now) const;

  const cv::Mat& forth() const { return forth_; }  ///< CV_32FC2: how each pixel of the last frame moves, pixels
  const cv::Mat& back() const { return back_; }    ///< CV_32FC2: likewise each of this frame, to where it was

 private:
  cv::Ptr<cv::DISOpticalFlow> flow_ = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_MEDIUM);
  CutDetector cuts_;
  cv::Mat last_, forth_, back_, origin_, trusted_;
};

}  // namespace colorize::command
