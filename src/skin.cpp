// SPDX-License-Identifier: LGPL-2.1-or-later
#include "skin.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "geodesic.h"
#include "smoothstep.h"

namespace colorize {

namespace {

constexpr float least_hue = 42, greatest_hue = 76;  // degrees; photographs' light makes skin redder than it measures
constexpr float hue_shoulder = 14;                  // outside them, where a colour may be one of skin yet
constexpr float greatest_chroma = 48;
constexpr float least_share_of_chroma = 0.5F;  // of the same person's
constexpr float least_sure = 0.3F;             // of a neighbourhood, from which skin is looked for on
constexpr float alike_lightness = 8;           // L*

float membership(float l, float a, float b) {
  const float chroma = std::hypot(a, b);
  if (b <= 0 || a <= 0 || chroma < 10) return 0;  // most of a picture
  const float hue = cv::fastAtan2(b, a);
  return smoothstep((hue - least_hue) / hue_shoulder + 1) * smoothstep((greatest_hue - hue) / hue_shoulder + 1) *
         smoothstep((chroma - 10) / 8) * smoothstep((greatest_chroma - chroma) / 10 + 1) * smoothstep((l - 18) / 12) *
         smoothstep((96 - l) / 8);
}

/// How likely skin has so weak a colour, or one of another hue, where the network was not sure of it.
float weakness(float a, float b) {
  const float hue = cv::fastAtan2(b, a);
  const float off = std::abs(std::remainder(hue - (least_hue + greatest_hue) / 2, 360.0F));
  return std::max(smoothstep((12 - std::hypot(a, b)) / 8), smoothstep((70 - off) / 30));
}

}  // namespace

void Skin::find(const Ab& ab, const cv::Mat& lightness) {
  const cv::Size size = ab.size(), around(5, 5);
  share_.create(size, CV_32F);
  for (int y = 0; y < size.height; ++y) {
    const auto *l = lightness.ptr<float>(y), *a = ab.a.ptr<float>(y), *b = ab.b.ptr<float>(y);
    auto* share = share_.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) share[x] = membership(l[x], a[x], b[x]);
  }
  cv::blur(share_, sure_, around);
  bool any = false;
  way_.create(size, CV_32F);
  constexpr float longest = 9;
  for (int y = 0; y < size.height; ++y) {
    auto *sure = sure_.ptr<float>(y), *way = way_.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      sure[x] *= std::min(1.0F, 2 * sure[x]);
      if (sure[x] < least_sure) sure[x] = 0;
      any |= sure[x] > 0;
      way[x] = sure[x] > 0 ? -std::log(sure[x]) : longest;
    }
  }
  if (!any) {
    share_.release();
    return;
  }
  shorten_ways(way_, lightness, 40, 4);

  // The means of the skin around, of the size of a head or so.
  const int side = std::max(size.width, size.height) / 5 | 1;
  const cv::Size person(side, side);
  cv::blur(sure_, near_, person);
  const auto mean = [&](const cv::Mat& plane, cv::Mat& result) {
    cv::multiply(sure_, plane, product_);
    cv::blur(product_, result, person);
  };
  mean(ab.a, a_);
  mean(ab.b, b_);
  cv::magnitude(a_, b_, chroma_);
  mean(lightness, lightness_);
  for (int y = 0; y < size.height; ++y) {
    const auto *l = lightness.ptr<float>(y), *a = ab.a.ptr<float>(y), *b = ab.b.ptr<float>(y);
    const auto *sure = sure_.ptr<float>(y), *near = near_.ptr<float>(y), *way = way_.ptr<float>(y);
    const auto* mean_l = lightness_.ptr<float>(y);
    auto *share = share_.ptr<float>(y), *chroma = chroma_.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      share[x] = 0;
      if (near[x] < 1e-3F) continue;
      chroma[x] /= near[x];
      const float off = (l[x] - mean_l[x] / near[x]) / alike_lightness;
      const float grown = std::exp(-way[x] - off * off) * weakness(a[x], b[x]) * std::min(1.0F, 20 * near[x]);
      share[x] = std::max(sure[x], grown);
    }
  }
}

void Skin::lead(const cv::Mat& held, Ab& ab) const {
  if (share_.empty()) return;
  for (int y = 0; y < ab.a.rows; ++y) {
    const auto *share = share_.ptr<float>(y), *least = chroma_.ptr<float>(y);
    const auto *mean_a = a_.ptr<float>(y), *mean_b = b_.ptr<float>(y);
    auto *a = ab.a.ptr<float>(y), *b = ab.b.ptr<float>(y);
    const float* kept = held.empty() ? nullptr : held.ptr<float>(y);
    for (int x = 0; x < ab.a.cols; ++x) {
      const float free = share[x] * (kept ? 1 - kept[x] : 1);
      if (free < 0.01F) continue;
      // A hue on the other side, or hardly any, says nothing: then it is the person's.
      const float along = a[x] * mean_a[x] + b[x] * mean_b[x];
      const float was = std::hypot(a[x], b[x]);
      const bool says = was > 4 && along > 0;
      const float hue =
          std::clamp(says ? cv::fastAtan2(b[x], a[x]) : cv::fastAtan2(mean_b[x], mean_a[x]), 0.0F, 360.0F);
      // From 235 degrees on red is nearer than yellow.
      const float to =
          (hue > 235 ? least_hue : std::clamp(hue, least_hue, greatest_hue)) * std::numbers::pi_v<float> / 180;
      const float chroma = std::clamp(was, least_share_of_chroma * least[x], greatest_chroma);
      a[x] += free * (chroma * std::cos(to) - a[x]);
      b[x] += free * (chroma * std::sin(to) - b[x]);
    }
  }
}

}  // namespace colorize
