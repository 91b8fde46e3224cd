// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rowupsampler.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "pixelrows.h"

namespace colorize {

static constexpr float unit = 1 / RowUpsampler::lightness_scale;
static constexpr std::size_t step = 8;  // samples that are written at once

Axis Axis::make(int fine, int coarse, const std::function<double(int)>& place) {
  Axis axis{std::vector<int>(fine), std::vector<float>(fine), {}};
  for (int i = 0; i < fine; ++i) {
    const double position = std::clamp(place(i) * coarse - 0.5, 0.0, coarse - 1.0);
    axis.index[i] = std::min(static_cast<int>(position), std::max(0, coarse - 2));
    axis.fraction[i] = static_cast<float>(position - axis.index[i]);
    if (axis.runs.empty() || axis.runs.back().index != axis.index[i]) axis.runs.push_back({i, axis.index[i]});
  }
  return axis;
}

void RowUpsampler::Spread::set(const GuidedAb& source, const Axis& columns, int row) {
  y = row;
  const int last = source.ab.a.cols - 1;
  const auto spread = [&](const cv::Mat& plane, std::vector<float>& left, std::vector<float>& right, float scale) {
    const auto* values = plane.ptr<float>(row);
    const std::size_t count = columns.index.size();
    for (auto* side : {&left, &right}) side->resize(count + step);
    for (std::size_t i = 0; i < columns.runs.size(); ++i) {
      const auto [first, index] = columns.runs[i];
      const float l = values[index] * scale, r = values[std::min(index + 1, last)] * scale;
      const std::size_t end = i + 1 < columns.runs.size() ? columns.runs[i + 1].first : count;
      for (std::size_t x = first; x < end; x += step) {  // what is too much the next run writes again
        std::fill_n(&left[x], step, l);
        std::fill_n(&right[x], step, r);
      }
    }
  };
  spread(source.lightness, lightness_left, lightness_right, unit);
  spread(source.ab.a, a_left, a_right, 1);
  spread(source.ab.b, b_left, b_right, 1);
}

void RowUpsampler::upsample(const GuidedAb& source, const Axis& columns, int y, float fraction,
                            std::span<const float> lightness, std::span<float> a, std::span<float> b) {
  const int next = std::min(y + 1, source.ab.a.rows - 1);
  if (above_.y != y && below_.y == y) std::swap(above_, below_);
  if (above_.y != y) above_.set(source, columns, y);
  if (below_.y != next) below_.set(source, columns, next);
  const auto sides = [](const Spread& s) {
    return Sides{.lightness_left = s.lightness_left.data(),
                 .lightness_right = s.lightness_right.data(),
                 .a_left = s.a_left.data(),
                 .a_right = s.a_right.data(),
                 .b_left = s.b_left.data(),
                 .b_right = s.b_right.data()};
  };
  blend(sides(above_), sides(below_), columns.fraction.data(), fraction, unit, lightness, a.data(), b.data());
}

void GuidedAb::share(const Ab& planes, const cv::Mat& finer) {
  ab.a = planes.a;
  ab.b = planes.b;
  cv::resize(finer, lightness, ab.size(), 0, 0, cv::INTER_AREA);
}

}  // namespace colorize
