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

/// A textured square before a textured ground; either may move, the square turn, and all be nearer or farther.
struct Scene {
  cv::Size size{192, 128};
  double side = 56;
  double x = 40, y = 30;        ///< the square's corner
  double pan_x = 0, pan_y = 0;  ///< how far the ground has moved
  double turn = 0;              ///< radians, of the square around its middle
  double zoom = 1;              ///< of the picture around its middle
  int seed = 1;                 ///< of what there is to see
  double dark = 30, light = 220;

  /// Where a place of the square as it stands unturned, in pixels from its corner, is in the picture.
  cv::Point2d place_of(double from_x, double from_y) const {
    const double u = from_x - side / 2, v = from_y - side / 2;
    return (cv::Point2d(x + side / 2, y + side / 2) +
            cv::Point2d(std::cos(turn) * u - std::sin(turn) * v, std::sin(turn) * u + std::cos(turn) * v) - middle()) *
               zoom +
           middle();
  }
  /// How much of pixel (`px`, `py`) the square covers, 0..1.
  double covered(int px, int py) const {
    const auto at = in_square(px, py);
    const auto along = [&](double from) {
      return std::clamp(std::min(from * zoom, (side - from) * zoom) + 0.5, 0.0, 1.0);
    };
    return along(at.x) * along(at.y);
  }
  double level(int px, int py) const {
    const auto in_scene = unzoomed(px, py), at = in_square(px, py);
    const double c = covered(px, py), square = texture(at.x, at.y, seed + 7),
                 ground = texture(in_scene.x - pan_x, in_scene.y - pan_y, seed);
    return dark + (light - dark) * (c * square + (1 - c) * ground);
  }

  /// CV_8U codes.
  cv::Mat codes() const {
    cv::Mat picture(size, CV_8U);
    for (int py = 0; py < size.height; ++py)
      for (int px = 0; px < size.width; ++px) picture.at<uchar>(py, px) = cv::saturate_cast<uchar>(level(px, py));
    return picture;
  }

 private:
  cv::Point2d middle() const { return {size.width / 2.0, size.height / 2.0}; }
  cv::Point2d unzoomed(int px, int py) const { return (cv::Point2d(px, py) - middle()) / zoom + middle(); }
  cv::Point2d in_square(int px, int py) const {
    const auto at = unzoomed(px, py);
    if (turn == 0) return {at.x - x, at.y - y};
    const double u = at.x - x - side / 2, v = at.y - y - side / 2;
    return {std::cos(turn) * u + std::sin(turn) * v + side / 2, std::cos(turn) * v - std::sin(turn) * u + side / 2};
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
