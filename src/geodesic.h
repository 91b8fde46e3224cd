// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// Shortens each pixel's way to what way its neighbours have and the step from them: its length / `far`, and what the
/// L* changes / `edge`. `way`: CV_32F, 0 or more, at sources what they begin with, elsewhere the longest way that
/// counts; `lightness`: CV_32F of that size. By sweeps (Criminisi, Sharp, Rother and Perez 2010, Geodesic image and
/// video editing).
void shorten_ways(cv::Mat& way, const cv::Mat& lightness, float far, float edge);

}  // namespace colorize
