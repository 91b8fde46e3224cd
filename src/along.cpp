// SPDX-License-Identifier: LGPL-2.1-or-later
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "along.cpp"
#include <hwy/foreach_target.h>
// This one comes after.
#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <opencv2/imgproc.hpp>

#include "along.h"

HWY_BEFORE_NAMESPACE();
namespace colorize::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Pixels that are done at once.
constexpr int block = 64;

/// Where pixels lie in a plane: the sample on the left above, from the first one on, and the shares of the way from
/// there to the right and down.
struct Places {
  alignas(64) std::array<std::int32_t, block> sample;
  alignas(64) std::array<float, block> right, down;
};

HWY_INLINE void find(const float* origin, const cv::Mat& plane, Places& places) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> whole;
  const auto place = [&](auto at, int count, auto& before) HWY_ATTR {
    at = hn::Min(hn::Max(at, hn::Zero(d)), hn::Set(d, static_cast<float>(count - 1)));
    before = hn::Min(hn::ConvertTo(whole, at), hn::Set(whole, std::max(count - 2, 0)));
    return hn::Sub(at, hn::ConvertTo(d, before));
  };
  for (int x = 0; x < block; x += static_cast<int>(hn::Lanes(d))) {
    auto at_x = hn::Zero(d), at_y = at_x;
    hn::LoadInterleaved2(d, origin + 2 * x, at_x, at_y);
    auto left = hn::Zero(whole), upper = left;
    hn::Store(place(at_x, plane.cols, left), d, &places.right[x]);
    hn::Store(place(at_y, plane.rows, upper), d, &places.down[x]);
    left = hn::Mul(left, hn::Set(whole, plane.channels()));
    hn::Store(hn::Add(hn::Mul(upper, hn::Set(whole, static_cast<int>(plane.step1()))), left), whole, &places.sample[x]);
  }
}

/// The left and the right one of each pixel lie side by side; a gather of the processor's takes longer than this.
template <int channels>
HWY_INLINE void move(const float* upper, const float* lower, const Places& places, float* result) {
  constexpr int pair = 2 * channels;
  alignas(64) std::array<float, pair * block> above, below;
  for (int x = 0; x < block; ++x) {
    std::memcpy(&above[pair * x], upper + places.sample[x], pair * sizeof(float));
    std::memcpy(&below[pair * x], lower + places.sample[x], pair * sizeof(float));
  }
  const hn::ScalableTag<float> d;
  const auto between = [](auto a, auto b, auto share) HWY_ATTR { return hn::Add(a, hn::Mul(hn::Sub(b, a), share)); };
  for (int x = 0; x < block; x += static_cast<int>(hn::Lanes(d))) {
    const auto right = hn::Load(d, &places.right[x]), down = hn::Load(d, &places.down[x]);
    auto a0 = right, a1 = right, b0 = right, b1 = right;
    if constexpr (channels == 1) {
      hn::LoadInterleaved2(d, &above[pair * x], a0, a1);
      hn::LoadInterleaved2(d, &below[pair * x], b0, b1);
      hn::StoreU(between(between(a0, a1, right), between(b0, b1, right), down), d, result + x);
    } else {
      auto c0 = right, c1 = right, d0 = right, d1 = right;
      hn::LoadInterleaved4(d, &above[pair * x], a0, c0, a1, c1);
      hn::LoadInterleaved4(d, &below[pair * x], b0, d0, b1, d1);
      hn::StoreInterleaved2(between(between(a0, a1, right), between(b0, b1, right), down),
                            between(between(c0, c1, right), between(d0, d1, right), down), d, result + 2 * x);
    }
  }
}

template <int channels>
void move_rows(const cv::Mat& plane, const cv::Mat& origin, cv::Mat& result) {
  const auto* upper = plane.ptr<float>();
  const auto* lower = plane.ptr<float>(plane.rows > 1 ? 1 : 0);
  Places places;
  std::array<float, 2 * block> from;
  std::array<float, channels * block> to;
  for (int y = 0; y < origin.rows; ++y)
    for (int x = 0; x < origin.cols; x += block) {
      const int count = std::min(block, origin.cols - x);
      const auto* at = origin.ptr<float>(y) + 2 * x;
      auto* out = result.ptr<float>(y) + channels * x;
      if (count < block) {
        from.fill(0);
        std::copy_n(at, 2 * count, from.begin());
      }
      find(count < block ? from.data() : at, plane, places);
      move<channels>(upper, lower, places, count < block ? to.data() : out);
      if (count < block) std::copy_n(to.begin(), channels * count, out);
    }
}

void move_along(const cv::Mat& plane, const cv::Mat& origin, cv::Mat& result) {
  plane.channels() == 1 ? move_rows<1>(plane, origin, result) : move_rows<2>(plane, origin, result);
}

}  // namespace colorize::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace colorize {

HWY_EXPORT(move_along);

void move_along(const cv::Mat& plane, const cv::Mat& origin, cv::Mat& result) {
  const bool is_ours = plane.depth() == CV_32F && plane.channels() <= 2;
  if (!is_ours || plane.cols < 2) {  // without neighbours side by side
    cv::remap(plane, result, origin, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return;
  }
  result.create(origin.size(), plane.type());
  HWY_DYNAMIC_DISPATCH(move_along)(plane, origin, result);
}

}  // namespace colorize
#endif
