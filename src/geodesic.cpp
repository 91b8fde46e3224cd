// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geodesic.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace colorize {

void shorten_ways(cv::Mat& way, const cv::Mat& lightness, float far, float edge) {
  cv::Mat smooth;
  cv::boxFilter(lightness, smooth, CV_32F, {3, 3});  // grain is no edge
  const auto nearer = [&](int x, int y, int from_x, int from_y, float length) {
    if (from_x < 0 || from_x >= way.cols || from_y < 0 || from_y >= way.rows) return;
    const float step = std::max(0.0F, std::abs(smooth.at<float>(y, x) - smooth.at<float>(from_y, from_x)) - 1);
    way.at<float>(y, x) = std::min(way.at<float>(y, x), way.at<float>(from_y, from_x) + length / far + step / edge);
  };
  constexpr float diagonal = std::numbers::sqrt2_v<float>;
  for (int pass = 0; pass < 2; ++pass) {
    for (int y = 0; y < way.rows; ++y)
      for (int x = 0; x < way.cols; ++x) {
        nearer(x, y, x - 1, y, 1), nearer(x, y, x, y - 1, 1);
        nearer(x, y, x - 1, y - 1, diagonal), nearer(x, y, x + 1, y - 1, diagonal);
      }
    for (int y = way.rows - 1; y >= 0; --y)
      for (int x = way.cols - 1; x >= 0; --x) {
        nearer(x, y, x + 1, y, 1), nearer(x, y, x, y + 1, 1);
        nearer(x, y, x + 1, y + 1, diagonal), nearer(x, y, x - 1, y + 1, diagonal);
      }
  }
}

}  // namespace colorize
