// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hintchange.h"

#include <algorithm>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace colorize {

namespace {

using Point = cv::Point2f;

/// The corners of the hull, in turn.
std::vector<Point> hull_of(const Ab& said, const cv::Mat& reach, const Ab& without) {
  std::vector<Point> asked{{0, 0}}, corners;
  for (int y = 0; y < reach.rows; ++y)
    for (int x = 0; x < reach.cols; ++x)
      if (reach.at<float>(y, x) >= 1)
        asked.emplace_back(said.a.at<float>(y, x) - without.a.at<float>(y, x),
                           said.b.at<float>(y, x) - without.b.at<float>(y, x));
  cv::convexHull(asked, corners);
  return corners;
}

Point nearest(const std::vector<Point>& corners, Point to) {
  Point best;
  float least = std::numeric_limits<float>::max();
  int left = 0, right = 0;  // of how many sides it lies
  for (std::size_t i = 0; i < corners.size(); ++i) {
    const Point from = corners[i], side = corners[(i + 1) % corners.size()] - from, way = to - from;
    (side.cross(way) >= 0 ? left : right)++;
    const float length = side.dot(side);
    const Point at = from + (length > 0 ? std::clamp(way.dot(side) / length, 0.0F, 1.0F) : 0) * side;
    const float far = (to - at).dot(to - at);
    if (far >= least) continue;
    least = far;
    best = at;
  }
  return corners.size() > 2 && (left == 0 || right == 0) ? to : best;
}

}  // namespace

void bound_change(const Ab& said, const cv::Mat& reach, const Ab& without, Ab& change) {
  const auto corners = hull_of(said, reach, without);
  for (int y = 0; y < change.a.rows; ++y) {
    const auto* share = reach.ptr<float>(y);
    auto *a = change.a.ptr<float>(y), *b = change.b.ptr<float>(y);
    for (int x = 0; x < change.a.cols; ++x) {
      const Point bounded = share[x] * nearest(corners, {a[x], b[x]});
      a[x] = bounded.x;
      b[x] = bounded.y;
    }
  }
}

}  // namespace colorize
