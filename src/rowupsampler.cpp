// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rowupsampler.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "pixelrows.h"

namespace colorize {

static constexpr float unit = 1 / RowUpsampler::lightness_scale;

Axis Axis::make(int fine, int coarse, const std::function<double(int)>& place) {
  Axis axis{std::vector<int>(fine), std::vector<float>(fine)};
  for (int i = 0; i < fine; ++i) {
    const double position = std::clamp(place(i) * coarse - 0.5, 0.0, coarse - 1.0);
    axis.index[i] = std::min(static_cast<int>(position), std::max(0, coarse - 2));
    axis.fraction[i] = static_cast<float>(position - axis.index[i]);
  }
  return axis;
}

void RowUpsampler::Spread::set(const GuidedAb& source, const Axis& columns, int row) {
  y = row;
  const int last = source.ab.a.cols - 1;
  const auto spread = [&](const cv::Mat& plane, std::vector<float>& left, std::vector<float>& right) {
    const auto* values = plane.ptr<float>(row);
    left.resize(columns.index.size());
    right.resize(columns.index.size());
    for (std::size_t i = 0; i < columns.index.size(); ++i) {
      left[i] = values[columns.index[i]];
      right[i] = values[std::min(columns.index[i] + 1, last)];
    }
  };
  spread(source.lightness, lightness_left, lightness_right);
  for (auto* side : {&lightness_left, &lightness_right})
    for (float& l : *side) l *= unit;
  spread(source.ab.a, a_left, a_right);
  spread(source.ab.b, b_left, b_right);
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
