// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// `plane` of the last picture brought to where the pixels of `origin` are now, between four of its pixels linearly;
/// beyond the border the border's values stay. `plane`: CV_32F or CV_32FC2, not empty; `origin`: CV_32FC2, x and y in
/// `plane`, pixels. All processors give the same.
void move_along(const cv::Mat& plane, const cv::Mat& origin, cv::Mat& result);

}  // namespace colorize
