// SPDX-License-Identifier: LGPL-2.1-or-later
#include "match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <span>
#include <vector>

#include "parallel.h"

namespace colorize {

namespace {

constexpr int shrunk = 2;  // gradients are summed up at half the size, in an eighth of the time
constexpr int directions = 8, fields = 4;
constexpr std::array field_sides{5, 10};  // pixels
constexpr std::array<double, 2> lightness_sigmas{3, 10};
constexpr float lightness_unit = 40;  // L* that count as much as wholly other gradients
constexpr int histogram = directions * fields * fields;
constexpr int length_of_row = 264;  // at the end zeros, so that rows begin where processors load well
static_assert(field_sides.size() * histogram + lightness_sigmas.size() <= length_of_row && length_of_row % 8 == 0);
constexpr double unit = 4096;  // of a row's numbers: sums of their products are 32 bits long

void to_unit_length(std::span<float> values) {
  float sum = 1e-12F;
  for (const float v : values) sum += v * v;
  const float factor = 1 / std::sqrt(sum);
  for (float& v : values) v *= factor;
}

/// Strength of the gradients towards each direction.
std::array<cv::Mat, directions> gradients(const cv::Mat& lightness) {
  cv::Mat smooth, across, down;
  cv::GaussianBlur(lightness, smooth, {}, 0.7);
  cv::Sobel(smooth, across, CV_32F, 1, 0, 3, 1 / 8.0);
  cv::Sobel(smooth, down, CV_32F, 0, 1, 3, 1 / 8.0);
  std::array<cv::Mat, directions> result;
  for (int k = 0; k < directions; ++k) {
    const double angle = 2 * std::numbers::pi * k / directions;
    const auto x = static_cast<float>(std::cos(angle)), y = static_cast<float>(std::sin(angle));
    result[k].create(lightness.size(), CV_32F);
    for (int row = 0; row < lightness.rows; ++row) {
      const auto *gx = across.ptr<float>(row), *gy = down.ptr<float>(row);
      auto* to = result[k].ptr<float>(row);
      for (int i = 0; i < lightness.cols; ++i) {
        const float along = std::max(0.0F, gx[i] * x + gy[i] * y);
        to[i] = along * along * along / (gx[i] * gx[i] + gy[i] * gy[i] + 1e-6F);
      }
    }
  }
  return result;
}

/// Of each row of the one with each of the other, which are whole numbers: a processor has them in a quarter of the
/// time, and they are the same in any order.
cv::Mat products_of(const cv::Mat& one, const cv::Mat& other) {
  cv::Mat products(one.rows, other.rows, CV_32S);
  constexpr int at_once = 4;  // rows of the one, so that those of the other are loaded less often
  parallel_rows((one.rows + at_once - 1) / at_once, std::max(1, cv::getNumThreads()), [&](int, int begin, int end) {
    for (int block = begin; block < end; ++block) {
      std::array<const std::int16_t*, at_once> a;
      std::array<std::int32_t*, at_once> to;
      for (int n = 0; n < at_once; ++n) {
        const int i = std::min(block * at_once + n, one.rows - 1);
        a[n] = one.ptr<std::int16_t>(i);
        to[n] = products.ptr<std::int32_t>(i);
      }
      for (int j = 0; j < other.rows; ++j) {
        const auto* b = other.ptr<std::int16_t>(j);
        std::int32_t first = 0, second = 0, third = 0, fourth = 0;
        for (int k = 0; k < length_of_row; ++k) {
          first += a[0][k] * b[k];
          second += a[1][k] * b[k];
          third += a[2][k] * b[k];
          fourth += a[3][k] * b[k];
        }
        to[0][j] = first;
        to[1][j] = second;
        to[2][j] = third;
        to[3][j] = fourth;
      }
    }
  });
  return products;
}

/// The square of each row's length.
std::vector<std::int32_t> squares_of(const cv::Mat& rows) {
  std::vector<std::int32_t> squares;
  for (int i = 0; i < rows.rows; ++i) {
    const auto* row = rows.ptr<std::int16_t>(i);
    squares.push_back(std::inner_product(row, row + length_of_row, row, 0));
  }
  return squares;
}

struct Found {
  std::vector<int> place;  // for each cell of the one, the cell of the other
  std::vector<float> sure;
};

/// Takes away what is sure in a few cells alone, by chance.
void leave_large_parts(cv::Size cells, std::vector<float>& sure) {
  constexpr int fewest = 10;  // cells that touch each other
  cv::Mat codes, parts, figures, middles;
  cv::Mat(cells, CV_32F, sure.data()).convertTo(codes, CV_8U);
  cv::connectedComponentsWithStats(codes, parts, figures, middles, 8, CV_32S);
  for (int i = 0; i < cells.area(); ++i)
    if (figures.at<int>(parts.at<int>(i / cells.width, i % cells.width), cv::CC_STAT_AREA) < fewest) sure[i] = 0;
}

float distance(const cv::Point& one, const cv::Point& other) {
  return std::hypot(static_cast<float>(one.x - other.x), static_cast<float>(one.y - other.y));
}

Found find(const Look& now, const Look& other) {
  constexpr float near = 1.5F;    // cells
  constexpr int around = 2;       // cells to either side
  constexpr float agreed = 0.5F;  // share of the neighbours
  const cv::Mat products = products_of(now.rows, other.rows);
  const auto ours = squares_of(now.rows), others = squares_of(other.rows);
  constexpr auto farthest = std::numeric_limits<std::int32_t>::max();
  Found found{std::vector<int>(ours.size()), std::vector<float>(ours.size())};
  std::vector<int> back(others.size());
  std::vector<std::int32_t> nearest_back(others.size(), farthest);
  const int count = now.rows.rows;
  for (int i = 0; i < count; ++i) {
    const auto* row = products.ptr<std::int32_t>(i);
    std::int32_t nearest = farthest;
    for (int j = 0; j < other.rows.rows; ++j) {
      const std::int32_t far = ours[i] + others[j] - 2 * row[j];
      if (far < nearest) {
        nearest = far;
        found.place[i] = j;
      }
      if (far < nearest_back[j]) {
        nearest_back[j] = far;
        back[j] = i;
      }
    }
  }
  const auto place = [](int i, cv::Size cells) { return cv::Point(i % cells.width, i / cells.width); };
  for (int i = 0; i < count; ++i) {
    const cv::Point at = place(i, now.cells), there = place(found.place[i], other.cells);
    if (distance(place(back[found.place[i]], now.cells), at) > near) continue;
    int neighbours = 0, beside = 0;
    for (int y = std::max(0, at.y - around); y <= std::min(now.cells.height - 1, at.y + around); ++y)
      for (int x = std::max(0, at.x - around); x <= std::min(now.cells.width - 1, at.x + around); ++x) {
        if (x == at.x && y == at.y) continue;
        ++neighbours;
        const cv::Point its = place(found.place[y * now.cells.width + x], other.cells);
        beside += distance(its - there, cv::Point(x, y) - at) <= near;
      }
    if (static_cast<float>(beside) >= agreed * static_cast<float>(neighbours)) found.sure[i] = 1;
  }
  leave_large_parts(now.cells, found.sure);
  return found;
}

}  // namespace

Look look_of(const cv::Mat& lightness) {
  constexpr int margin = 2 * field_sides.back() / shrunk;
  Look look{.rows = {}, .cells = lightness.size() / Look::cell, .size = lightness.size()};
  cv::Mat rows = cv::Mat::zeros(look.cells.area(), length_of_row, CV_32F);
  const auto centre = [](int i) { return (i * Look::cell + Look::cell / 2) / shrunk; };
  const cv::Size half((lightness.cols + 1) / shrunk, (lightness.rows + 1) / shrunk);

  const auto towards = gradients(lightness);
  cv::Mat smooth;
  for (std::size_t s = 0; s < field_sides.size(); ++s)
    for (int k = 0; k < directions; ++k) {
      cv::resize(towards[k], smooth, half, 0, 0, cv::INTER_AREA);
      cv::GaussianBlur(smooth, smooth, {}, field_sides[s] / 2.0 / shrunk);
      cv::copyMakeBorder(smooth, smooth, margin, margin, margin, margin, cv::BORDER_REFLECT);
      for (int i = 0; i < look.cells.area(); ++i) {
        auto* row = rows.ptr<float>(i) + static_cast<int>(s) * histogram + k;
        const int x = centre(i % look.cells.width) + margin, y = centre(i / look.cells.width) + margin;
        for (int f = 0; f < fields * fields; ++f) {
          const auto offset = [&](int n) { return (2 * n - fields + 1) * field_sides[s] / 2 / shrunk; };
          row[f * directions] = smooth.at<float>(y + offset(f / fields), x + offset(f % fields));
        }
      }
    }
  for (int i = 0; i < look.cells.area(); ++i)
    for (std::size_t s = 0; s < field_sides.size(); ++s) {
      const std::span part(rows.ptr<float>(i) + static_cast<int>(s) * histogram, histogram);
      to_unit_length(part);
      for (float& v : part) v = std::min(v, 0.25F);  // one strong edge is not all
      to_unit_length(part);
    }
  for (std::size_t s = 0; s < lightness_sigmas.size(); ++s) {
    cv::resize(lightness, smooth, half, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(smooth, smooth, {}, lightness_sigmas[s] / shrunk);
    for (int i = 0; i < look.cells.area(); ++i)
      rows.at<float>(i, static_cast<int>(field_sides.size()) * histogram + static_cast<int>(s)) =
          smooth.at<float>(centre(i / look.cells.width), centre(i % look.cells.width)) / lightness_unit;
  }
  rows.convertTo(look.rows, CV_16S, unit);
  return look;
}

Match match(const Look& now, const Look& other) {
  if (now.rows.empty() || other.rows.empty()) return {};
  const Found found = find(now, other);
  cv::Mat sure(now.cells, CV_32F), way(now.cells, CV_32FC2);
  for (int i = 0; i < now.cells.area(); ++i) {
    const int there = found.place[i];
    sure.at<float>(i / now.cells.width, i % now.cells.width) = found.sure[i];
    way.at<cv::Vec2f>(i / now.cells.width, i % now.cells.width) =
        found.sure[i] * static_cast<float>(Look::cell) *
        cv::Vec2f(static_cast<float>(there % other.cells.width - i % now.cells.width),
                  static_cast<float>(there / other.cells.width - i / now.cells.width));
  }
  Match result{.share = cv::mean(sure)[0], .sure = {}, .origin = {}};
  if (result.share == 0) return result;
  for (int i = 0; i < now.cells.area(); ++i)
    result.way += cv::norm(way.at<cv::Vec2f>(i / now.cells.width, i % now.cells.width));
  result.way /= cv::sum(sure)[0];

  // The way of cells that are not sure is that of sure ones near them, or else of those that are further away.
  cv::Mat near_way, far_way, near_weight, far_weight;
  cv::GaussianBlur(way, near_way, {}, 1);
  cv::GaussianBlur(sure, near_weight, {}, 1);
  cv::GaussianBlur(way, far_way, {}, 5);
  cv::GaussianBlur(sure, far_weight, {}, 5);
  const cv::Scalar mean = cv::sum(way) / cv::sum(sure)[0];
  for (int y = 0; y < way.rows; ++y)
    for (int x = 0; x < way.cols; ++x) {
      constexpr float little = 0.05F, least = 0.0005F;
      const float weight = near_weight.at<float>(y, x) + little * far_weight.at<float>(y, x) + least;
      way.at<cv::Vec2f>(y, x) = (near_way.at<cv::Vec2f>(y, x) + little * far_way.at<cv::Vec2f>(y, x) +
                                 least * cv::Vec2f(static_cast<float>(mean[0]), static_cast<float>(mean[1]))) /
                                weight;
    }
  cv::resize(way, result.origin, now.size, 0, 0, cv::INTER_LINEAR);
  for (int y = 0; y < result.origin.rows; ++y)
    for (int x = 0; x < result.origin.cols; ++x)
      result.origin.at<cv::Vec2f>(y, x) += cv::Vec2f(static_cast<float>(x), static_cast<float>(y));
  cv::resize(near_weight, result.sure, now.size, 0, 0, cv::INTER_LINEAR);
  return result;
}

}  // namespace colorize
