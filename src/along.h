// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// `plane` of the last picture brought to where the pixels of `origin` are now, between four of its pixels linearly;
/// beyond the border the border's values stay. `origin`: CV_32FC2, x and y in `plane`, pixels. CV_32F and CV_32FC2 are
/// done in vector code, by which all processors give the same, all others by OpenCV, which knows parts of 1/32 only.
void move_along(const cv::Mat& plane, const cv::Mat& origin, cv::Mat& result);

}  // namespace colorize
