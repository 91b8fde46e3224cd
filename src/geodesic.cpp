// SPDX-License-Identifier: LGPL-2.1-or-later
#include "geodesic.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace colorize {

namespace {

/// What two L* differ beyond what is the same surface.
float step(float one, float other) { return std::max(0.0F, std::abs(one - other) - 1); }

/// `way[x]` by way of `near[x + across]`, a neighbour at that distance, for all of a row that have one. `light` and
/// `near_light`: the L* of the two.
void shorten_row(const float* near, const float* near_light, int across, float length, float edge, const float* light,
                 float* way, int width) {
  const int last = std::min(width, width - across);
  for (int x = std::max(0, -across); x < last; ++x)
    way[x] = std::min(way[x], near[x + across] + length + step(light[x], near_light[x + across]) / edge);
}

}  // namespace

void shorten_ways(cv::Mat& way, const cv::Mat& lightness, float far, float edge) {
  cv::Mat smooth;
  cv::boxFilter(lightness, smooth, CV_32F, {3, 3});  // grain is no edge
  const float straight = 1 / far, diagonal = std::numbers::sqrt2_v<float> / far;
  const int width = way.cols, height = way.rows;
  for (const int along : {1, -1, 1, -1}) {  // down and to the right, then back
    for (int y = along > 0 ? 0 : height - 1; y >= 0 && y < height; y += along) {
      auto* row = way.ptr<float>(y);
      const auto* light = smooth.ptr<float>(y);
      if (const int before = y - along; before >= 0 && before < height) {
        const auto *near = way.ptr<float>(before), *near_light = smooth.ptr<float>(before);
        shorten_row(near, near_light, 0, straight, edge, light, row, width);
        for (const int across : {1, -1}) shorten_row(near, near_light, across, diagonal, edge, light, row, width);
      }
      for (int i = 1; i < width; ++i) {
        const int x = along > 0 ? i : width - 1 - i;
        row[x] = std::min(row[x], row[x - along] + straight + step(light[x], light[x - along]) / edge);
      }
    }
  }
}

}  // namespace colorize
