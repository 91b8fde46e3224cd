// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "ab.h"

namespace colorize {

/// `change`: what a network's a*b* changes by hints. Each pixel gets the nearest change to it that lies within the
/// convex hull of none and of what the hints ask for, which is what they differ from `without`, the answer that knows
/// nothing of them, at their own places; and of that so much as they reach. A network that hears of a colour goes
/// astray elsewhere in hue and chroma: so a single hint changes all towards its own colour, and nothing by more than
/// its place. `said`: the a*b* of hints, where `reach`, CV_32F 0..1, is 1. All of one size.
void bound_change(const Ab& said, const cv::Mat& reach, const Ab& without, Ab& change);

}  // namespace colorize
