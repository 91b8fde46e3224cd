// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cmath>
#include <opencv2/core.hpp>

#include "picture.h"

/// Levels 0..255 of an endless scene of soft blobs and finer detail, for tests of motion: `seed` is another scene.
inline double texture(double x, double y, int seed) {
  const auto blobs = [&](double side, int layer) {
    const double u = x / side, v = y / side;
    const int i = static_cast<int>(std::floor(u)), j = static_cast<int>(std::floor(v));
    const auto soft = [](double t) { return t * t * (3 - 2 * t); };
    const double p = soft(u - i), q = soft(v - j);
    const auto n = [&](int a, int b) { return noise(i + a, j + b, 97 * seed + layer); };
    return (n(0, 0) * (1 - p) + n(1, 0) * p) * (1 - q) + (n(0, 1) * (1 - p) + n(1, 1) * p) * q;
  };
  return 0.7 * blobs(23, 1) + 0.3 * blobs(7, 2);
}

/// The scene seen from (x, y), as levels.
inline cv::Mat view(cv::Size size, int seed, double x = 0, double y = 0) {
  cv::Mat levels(size, CV_8U);
  for (int j = 0; j < size.height; ++j)
    for (int i = 0; i < size.width; ++i) levels.at<std::uint8_t>(j, i) = cv::saturate_cast<std::uint8_t>(texture(i + x, j + y, seed));
  return levels;
}
