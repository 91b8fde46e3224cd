// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>

namespace colorize::command {

/// Hints (JSON lines) that say the true colour of `count` (from 1 on) places of `truth` (B'G'R', CV_8UC3), each as wide
/// as the smallest dabs that networks are trained with. The places look random, are spread over the picture, and are
/// the same whenever `seed` is; those of fewer are among those of more. `seconds`: the frame's time in the stream;
/// nothing for a picture by itself.
std::string points_of(const cv::Mat& truth, int count, unsigned seed, std::optional<double> seconds);

}  // namespace colorize::command
