// SPDX-License-Identifier: LGPL-2.1-or-later
#include "points.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <random>

#include "common/json.h"

namespace colorize::command {

std::string points_of(const cv::Mat& truth, int count, unsigned seed, std::optional<double> seconds) {
  // Steps of the R2 sequence, which has no clusters and no gaps (Roberts 2018), from a random place.
  constexpr std::array step{0.7548776662466927, 0.5698402909980532};
  constexpr double radius_share = 3.0 / 224;  // of the long side, which most networks see with some 224 pixels
  constexpr double rounding = 0.0005;         // s: a hint has to be of its frame's time or earlier
  std::mt19937 random(seed);                  // whose numbers are those of the standard everywhere
  std::array<double, 2> at;
  for (double& share : at) share = random() / 4294967296.0;
  const double radius = std::max(1.0, radius_share * std::max(truth.cols, truth.rows));
  std::string lines;
  for (int i = 0; i < count; ++i) {
    const double x = at[0] * truth.cols, y = at[1] * truth.rows;
    const int left = static_cast<int>(std::max(0.0, x - radius)), top = static_cast<int>(std::max(0.0, y - radius));
    const int right = std::min(truth.cols, static_cast<int>(std::ceil(x + radius)));
    const int bottom = std::min(truth.rows, static_cast<int>(std::ceil(y + radius)));
    const cv::Scalar bgr = cv::mean(truth(cv::Range(top, bottom), cv::Range(left, right)));
    char colour[8];
    std::snprintf(colour, sizeof colour, "#%02x%02x%02x", static_cast<unsigned>(std::lround(bgr[2])) & 255,
                  static_cast<unsigned>(std::lround(bgr[1])) & 255, static_cast<unsigned>(std::lround(bgr[0])) & 255);
    Json hint;
    hint.object().number("x", x).number("y", y).number("radius", radius).text("colour", colour);
    if (seconds) hint.number("time", std::max(0.0, *seconds - rounding));
    lines += hint.end_object().line();
    for (std::size_t side = 0; side < 2; ++side) at[side] = std::fmod(at[side] + step[side], 1.0);
  }
  return lines;
}

}  // namespace colorize::command
