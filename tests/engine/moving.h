// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "picture.h"

/// Texture of any place, so that a movement by parts of a pixel is exact: noise of 0..1 on a grid of 6 pixels and one
/// of 3, smoothly interpolated.
inline double texture(double x, double y, int seed) {
  const auto layer = [&](double u, double v, int which) {
    const double left = std::floor(u), top = std::floor(v), s = u - left, t = v - top;
    const double across = s * s * (3 - 2 * s), down = t * t * (3 - 2 * t);
    const auto at = [&](int i, int j) {
      return noise(static_cast<int>(left) + i, static_cast<int>(top) + j, which) / 255.0;
    };
    return (1 - down) * ((1 - across) * at(0, 0) + across * at(1, 0)) +
           down * ((1 - across) * at(0, 1) + across * at(1, 1));
  };
  return 0.7 * layer(x / 6, y / 6, seed) + 0.3 * layer(x / 3, y / 3, seed + 1000);
}

/// A textured square before a textured ground.
struct Scene {
  cv::Size size{192, 128};
  double side = 56;
  double x = 40, y = 30;        ///< the square's corner
  double pan_x = 0, pan_y = 0;  ///< how far the ground has moved
  int seed = 1;                 ///< of what there is to see
  double dark = 30, light = 220;

  /// How much of pixel (`px`, `py`) the square covers, 0..1.
  double covered(int px, int py) const {
    const auto along = [&](double from, double at) {
      return std::clamp(std::min(at + 0.5 - from, from + side - at + 0.5), 0.0, 1.0);
    };
    return along(x, px) * along(y, py);
  }
  double level(int px, int py) const {
    const double c = covered(px, py), square = texture(px - x, py - y, seed + 7),
                 ground = texture(px - pan_x, py - pan_y, seed);
    return dark + (light - dark) * (c * square + (1 - c) * ground);
  }

  /// CV_8U codes.
  cv::Mat codes() const {
    cv::Mat picture(size, CV_8U);
    for (int py = 0; py < size.height; ++py)
      for (int px = 0; px < size.width; ++px) picture.at<uchar>(py, px) = cv::saturate_cast<uchar>(level(px, py));
    return picture;
  }
};

/// Noise of variance 1 that is anew in every `frame`.
inline double grain(int x, int y, int frame) {
  int sum = 0;
  for (int i = 0; i < 2; ++i) sum += noise(x, y, frame * 2 + i);
  return (sum - 2 * 127.5) / std::sqrt((256.0 * 256 - 1) / 6);
}

/// `picture` with grain of that deviation, in levels.
inline cv::Mat with_grain(const cv::Mat& picture, double deviation, int frame) {
  cv::Mat result(picture.size(), CV_8U);
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      result.at<uchar>(y, x) = cv::saturate_cast<uchar>(picture.at<uchar>(y, x) + deviation * grain(x, y, frame));
  return result;
}
