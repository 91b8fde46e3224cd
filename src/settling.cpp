// SPDX-License-Identifier: LGPL-2.1-or-later
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "settling.cpp"
#include <hwy/foreach_target.h>
// This one comes after.
#include <hwy/highway.h>

#include "settling.h"

HWY_BEFORE_NAMESPACE();
namespace colorize::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

constexpr float unlike_answers = 10;  // a*b* units between what the network says of things that differ
constexpr float unlike_things = 20;   // a*b* units between two answers that show that the motion strayed on to another
constexpr float unlike_known = 25;    // a*b* units at which what it says is too far from what is known

struct SettlingRows {
  const float *said_a, *said_b, *last_a, *last_b, *trust, *like, *weight;
  float *a, *b, *count;
};

/// As many pixels from `x` on as `d` has lanes.
template <typename D>
HWY_INLINE void settle_pixels(D d, const AnswerInPlace& answer, const SettlingRows& rows, int x) {
  using V = hn::Vec<D>;
  const V one = hn::Set(d, 1), frames = hn::Set(d, answer.frames), enough = hn::Set(d, answer.settled);
  const auto load = [&](const float* row) HWY_ATTR { return hn::LoadU(d, row + x); };
  const auto far = [](V a, V b) HWY_ATTR { return hn::Add(hn::Mul(a, a), hn::Mul(b, b)); };
  const auto near = [&](V squared, float unlike) HWY_ATTR {  // 1 up to that distance, 0 from 1.4 times it on
    const V left = hn::Sub(hn::Set(d, 2), hn::Mul(squared, hn::Set(d, 1 / (unlike * unlike))));
    return hn::Min(hn::Max(left, hn::Zero(d)), one);
  };
  const V said_a = load(rows.said_a), said_b = load(rows.said_b);
  const V from_a = hn::Sub(load(rows.a), said_a), from_b = hn::Sub(load(rows.b), said_b);
  const V since = far(hn::Sub(load(rows.last_a), said_a), hn::Sub(load(rows.last_b), said_b));
  const V alike =
      hn::Mul(hn::Mul(load(rows.like), near(since, unlike_answers)), near(far(from_a, from_b), unlike_known));
  const V same = hn::Max(hn::Mul(load(rows.trust), near(since, unlike_things)), alike);
  const V weight = rows.weight ? load(rows.weight) : one;
  const V of = hn::Mul(load(rows.count), same);
  const V parts = hn::Mul(hn::Add(of, frames), hn::Add(of, enough));
  const V settled = hn::Div(hn::Mul(frames, enough), parts);
  const V share = hn::Min(hn::Max(settled, hn::Set(d, answer.least)), hn::Set(d, answer.most));
  const V kept = hn::Sub(one, hn::Mul(weight, hn::Sub(one, hn::Mul(same, hn::Sub(one, share)))));
  hn::StoreU(hn::Add(said_a, hn::Mul(from_a, kept)), d, rows.a + x);
  hn::StoreU(hn::Add(said_b, hn::Mul(from_b, kept)), d, rows.b + x);
  hn::StoreU(hn::Add(of, hn::Mul(weight, frames)), d, rows.count + x);
}

void settle(const AnswerInPlace& answer, Ab& known, cv::Mat& count) {
  const hn::ScalableTag<float> d;
  const hn::CappedTag<float, 1> d_one;
  const int lanes = static_cast<int>(hn::Lanes(d)), width = count.cols;
  for (int y = 0; y < count.rows; ++y) {
    const auto row = [y](const cv::Mat& plane) { return plane.ptr<float>(y); };
    const SettlingRows rows{row(answer.said.a),
                            row(answer.said.b),
                            row(answer.last.a),
                            row(answer.last.b),
                            row(answer.trust),
                            row(answer.like),
                            answer.weight.empty() ? nullptr : row(answer.weight),
                            known.a.ptr<float>(y),
                            known.b.ptr<float>(y),
                            count.ptr<float>(y)};
    int x = 0;
    for (; x + lanes <= width; x += lanes) settle_pixels(d, answer, rows, x);
    for (; x < width; ++x) settle_pixels(d_one, answer, rows, x);
  }
}

}  // namespace colorize::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace colorize {

HWY_EXPORT(settle);

void settle(const AnswerInPlace& answer, Ab& known, cv::Mat& count) {
  HWY_DYNAMIC_DISPATCH(settle)(answer, known, count);
}

}  // namespace colorize
#endif
