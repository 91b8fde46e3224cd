// SPDX-License-Identifier: LGPL-2.1-or-later
#include "rowupsampler.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace colorize {

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
  spread(source.ab.a, a_left, a_right);
  spread(source.ab.b, b_left, b_right);
}

namespace {

/// Plain pointers and arithmetic, so that compilers make vector code of it.
struct Sides {
  const float *lightness_left, *lightness_right, *a_left, *a_right, *b_left, *b_right;
};

void blend(const Sides& above, const Sides& below, const float* across, float down, const float* lightness, float* a,
           float* b, std::size_t count) {
  constexpr float scale = 1 / (RowUpsampler::lightness_scale * RowUpsampler::lightness_scale);
  constexpr float floor = 1e-4F;  // keeps the sum from zero where no neighbour is alike: there it is bilinear again
  const auto alike = [](float difference) {
    const float q = 1 + difference * difference * scale;
    return 1 / (q * q) + floor;
  };
  for (std::size_t i = 0; i < count; ++i) {
    const float x = across[i], l = lightness[i];
    const float w0 = (1 - x) * (1 - down) * alike(l - above.lightness_left[i]);
    const float w1 = x * (1 - down) * alike(l - above.lightness_right[i]);
    const float w2 = (1 - x) * down * alike(l - below.lightness_left[i]);
    const float w3 = x * down * alike(l - below.lightness_right[i]);
    const float normal = 1 / (w0 + w1 + w2 + w3);
    a[i] = (w0 * above.a_left[i] + w1 * above.a_right[i] + w2 * below.a_left[i] + w3 * below.a_right[i]) * normal;
    b[i] = (w0 * above.b_left[i] + w1 * above.b_right[i] + w2 * below.b_left[i] + w3 * below.b_right[i]) * normal;
  }
}

}  // namespace

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
  blend(sides(above_), sides(below_), columns.fraction.data(), fraction, lightness.data(), a.data(), b.data(),
        columns.index.size());
}

void GuidedAb::share(const Ab& planes, const cv::Mat& finer) {
  ab.a = planes.a;
  ab.b = planes.b;
  cv::resize(finer, lightness, ab.size(), 0, 0, cv::INTER_AREA);
}

}  // namespace colorize
