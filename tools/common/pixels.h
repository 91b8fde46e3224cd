// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "owned.h"

namespace colorize::command {

/// A copy of the pixels of a picture in R'G'B' of 8 bits. Throws Failure.
cv::Mat rgb_of(GstSample* picture);

}  // namespace colorize::command
