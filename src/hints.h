// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "ab.h"

namespace colorize {

/// What is known of a picture's colour before the network is asked. Planes of the size of the L* that it sees, or none.
struct Hints {
  Ab ab;               ///< 0 where nothing is known
  cv::Mat confidence;  ///< CV_32F: 0 nothing is known, 1 it is certain

  bool empty() const { return confidence.empty(); }
};

}  // namespace colorize
