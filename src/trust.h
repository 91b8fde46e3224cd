// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// How sure it is, 0..1, that each pixel of a picture is the same thing as what lay at its origin in the last one.
/// `back`, `origin`: CV_32FC2, its motion and where it was; `returned`: CV_32FC2, the motion from there to now; `was`,
/// `is`: CV_8U, how it looked there and how it looks; `trust`: CV_32F. All processors give the same.
void judge_motion(const cv::Mat& back, const cv::Mat& origin, const cv::Mat& returned, const cv::Mat& was,
                  const cv::Mat& is, cv::Mat& trust);

}  // namespace colorize
