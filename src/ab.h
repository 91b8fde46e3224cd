// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// The colour of a picture without its lightness: planes of a* and b*, CV_32F, of one size.
struct Ab {
  cv::Mat a, b;

  cv::Size size() const { return a.size(); }
};

}  // namespace colorize
