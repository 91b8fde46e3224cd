// SPDX-License-Identifier: LGPL-2.1-or-later
#include "match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <span>

#include "parallel.h"

namespace colorize {

namespace {

constexpr int shrunk = 2;  // gradients are summed up at half the size, in an eighth of the time
constexpr int directions = 8, fields = 4;
constexpr std::array field_sides{5, 10};  // pixels
constexpr std::array<double, 2> lightness_sigmas{3, 10};
constexpr float lightness_unit = 40;  // L* that count as much as wholly other gradients
constexpr int histogram = directions * fields * fields;
constexpr int length_of_row =
    static_cast<int>(field_sides.size()) * histogram + static_cast<int>(lightness_sigmas.size());
static_assert(length_of_row % 3 == 0);

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

/// Of each row of the one with each of the other. Unlike those of OpenCV's matrices, sums are made in one order
/// whatever library it was built with.
cv::Mat products_of(const cv::Mat& one, const cv::Mat& other) {
  const cv::Mat columns = other.t();
  cv::Mat products = cv::Mat::zeros(one.rows, other.rows, CV_32F);
  parallel_rows(one.rows, std::max(1, cv::getNumThreads()), [&](int, int begin, int end) {
    for (int i = begin; i < end; ++i) {
      const auto* row = one.ptr<float>(i);
      auto* to = products.ptr<float>(i);
      for (int k = 0; k < columns.rows; k += 3) {  // at once: the sums are in memory
        const auto *first = columns.ptr<float>(k), *second = columns.ptr<float>(k + 1),
                   *third = columns.ptr<float>(k + 2);
        for (int j = 0; j < columns.cols; ++j)
          to[j] += row[k] * first[j] + row[k + 1] * second[j] + row[k + 2] * third[j];
      }
    }
  });
  return products;
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
  cv::Mat squares;
  const cv::Mat products = products_of(now.rows, other.rows);
  cv::multiply(other.rows, other.rows, squares);
  cv::reduce(squares, squares, 1, cv::REDUCE_SUM);
  const int count = now.rows.rows, others = other.rows.rows;
  Found found{std::vector<int>(static_cast<std::size_t>(count)), std::vector<float>(static_cast<std::size_t>(count))};
  std::vector<int> back(static_cast<std::size_t>(others));
  std::vector<float> nearest_back(back.size(), std::numeric_limits<float>::max());
  cv::Mat own;
  cv::multiply(now.rows, now.rows, own);
  cv::reduce(own, own, 1, cv::REDUCE_SUM);
  for (int i = 0; i < count; ++i) {
    float nearest = std::numeric_limits<float>::max();
    for (int j = 0; j < others; ++j) {
      const float far = squares.at<float>(j) - 2 * products.at<float>(i, j);
      if (far < nearest) {
        nearest = far;
        found.place[i] = j;
      }
      if (far + own.at<float>(i) < nearest_back[j]) {
        nearest_back[j] = far + own.at<float>(i);
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
  look.rows.create(look.cells.area(), length_of_row, CV_32F);
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
        auto* row = look.rows.ptr<float>(i) + static_cast<int>(s) * histogram + k;
        const int x = centre(i % look.cells.width) + margin, y = centre(i / look.cells.width) + margin;
        for (int f = 0; f < fields * fields; ++f) {
          const auto offset = [&](int n) { return (2 * n - fields + 1) * field_sides[s] / 2 / shrunk; };
          row[f * directions] = smooth.at<float>(y + offset(f / fields), x + offset(f % fields));
        }
      }
    }
  for (int i = 0; i < look.cells.area(); ++i)
    for (std::size_t s = 0; s < field_sides.size(); ++s) {
      const std::span part(look.rows.ptr<float>(i) + static_cast<int>(s) * histogram, histogram);
      to_unit_length(part);
      for (float& v : part) v = std::min(v, 0.25F);  // one strong edge is not all
      to_unit_length(part);
    }
  for (std::size_t s = 0; s < lightness_sigmas.size(); ++s) {
    cv::resize(lightness, smooth, half, 0, 0, cv::INTER_AREA);
    cv::GaussianBlur(smooth, smooth, {}, lightness_sigmas[s] / shrunk);
    for (int i = 0; i < look.cells.area(); ++i)
      look.rows.at<float>(i, static_cast<int>(field_sides.size()) * histogram + static_cast<int>(s)) =
          smooth.at<float>(centre(i / look.cells.width), centre(i % look.cells.width)) / lightness_unit;
  }
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
