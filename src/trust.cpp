// SPDX-License-Identifier: LGPL-2.1-or-later
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "trust.cpp"
#include <hwy/foreach_target.h>
// This one comes after.
#include <hwy/highway.h>

#include <algorithm>

#include "trust.h"

HWY_BEFORE_NAMESPACE();
namespace colorize::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int reach = 4;  // pixels to either side

/// The rows that the trust in one is made of.
struct Rows {
  const float *back, *above, *below, *origin, *returned;  // x, y of each pixel
  const std::uint8_t *was, *is;
  float* trust;
};

/// The same thing looks the same, and its motion there and back cancels (Sundaram, Brox and Keutzer 2010). Flow is
/// smooth, so behind a thing that moves slowly both may hold for ground that has only just been uncovered. There flow
/// diverges. `x`: the first of as many pixels as `d` has lanes; `left`, `right`: its neighbours.
template <typename D>
HWY_INLINE void judge(D d, const Rows& rows, int x, int left, int right, cv::Size size) {
  using V = hn::Vec<D>;
  const hn::Rebind<std::uint8_t, D> d_code;
  const hn::Rebind<std::int32_t, D> d_whole;
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1);
  const auto load = [&](const float* row, int at, V& along, V& down) {
    hn::LoadInterleaved2(d, row + 2 * at, along, down);
  };
  const auto code = [&](const std::uint8_t* row) {
    return hn::ConvertTo(d, hn::PromoteTo(d_whole, hn::LoadU(d_code, row + x)));
  };
  const auto length = [](V along, V down) { return hn::Sqrt(hn::Add(hn::Mul(along, along), hn::Mul(down, down))); };
  const auto certain = [&](V doubt) { return hn::Min(hn::Max(hn::Sub(hn::Set(d, 2), doubt), zero), one); };

  V back_x, back_y, returned_x, returned_y, origin_x, origin_y, left_x, right_x, above_y, below_y, unused;
  load(rows.back, x, back_x, back_y);
  load(rows.returned, x, returned_x, returned_y);
  load(rows.origin, x, origin_x, origin_y);
  load(rows.back, left, left_x, unused);
  load(rows.back, right, right_x, unused);
  load(rows.above, x, unused, above_y);
  load(rows.below, x, unused, below_y);
  const V gap = length(hn::Add(back_x, returned_x), hn::Add(back_y, returned_y));
  const V strayed = hn::Div(gap, hn::Add(one, hn::Mul(hn::Set(d, 0.05F), length(back_x, back_y))));
  const V unlike = hn::Mul(hn::Abs(hn::Sub(code(rows.was), code(rows.is))), hn::Set(d, 1 / 16.0F));
  const V uncovered =  // pixels, over twice the reach
      hn::Sub(hn::Add(hn::Sub(left_x, right_x), above_y), below_y);
  const auto inside = hn::And(hn::And(hn::Ge(origin_x, zero), hn::Ge(origin_y, zero)),
                              hn::And(hn::Le(origin_x, hn::Set(d, static_cast<float>(size.width - 1))),
                                      hn::Le(origin_y, hn::Set(d, static_cast<float>(size.height - 1)))));
  const V trust = hn::Mul(hn::Mul(certain(strayed), certain(unlike)), certain(hn::Add(uncovered, hn::Set(d, 0.5F))));
  hn::StoreU(hn::IfThenElseZero(inside, trust), d, rows.trust + x);
}

void judge_row(const Rows& rows, cv::Size size) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> d_one;
  const int lanes = static_cast<int>(hn::Lanes(d)), end = size.width - reach;
  const auto one = [&](int x) {
    judge(d_one, rows, x, std::max(x - reach, 0), std::min(x + reach, size.width - 1), size);
  };
  const auto block = [&](int x) { judge(d, rows, x, x - reach, x + reach, size); };
  int x = 0;
  for (; x < std::min(reach, size.width); ++x) one(x);
  if (end - x >= lanes) {
    for (; x + lanes < end; x += lanes) block(x);
    block(end - lanes);  // the last ones again
    x = end;
  }
  for (; x < size.width; ++x) one(x);
}

void judge_motion(const cv::Mat& back, const cv::Mat& origin, const cv::Mat& returned, const cv::Mat& was,
                  const cv::Mat& is, cv::Mat& trust) {
  for (int y = 0; y < is.rows; ++y)
    judge_row(
        {back.ptr<float>(y), back.ptr<float>(std::max(y - reach, 0)), back.ptr<float>(std::min(y + reach, is.rows - 1)),
         origin.ptr<float>(y), returned.ptr<float>(y), was.ptr(y), is.ptr(y), trust.ptr<float>(y)},
        is.size());
}

}  // namespace colorize::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace colorize {

HWY_EXPORT(judge_motion);

void judge_motion(const cv::Mat& back, const cv::Mat& origin, const cv::Mat& returned, const cv::Mat& was,
                  const cv::Mat& is, cv::Mat& trust) {
  trust.create(is.size(), CV_32F);
  HWY_DYNAMIC_DISPATCH(judge_motion)(back, origin, returned, was, is, trust);
}

}  // namespace colorize
#endif
