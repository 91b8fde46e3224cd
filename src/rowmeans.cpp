// SPDX-License-Identifier: LGPL-2.1-or-later
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "rowmeans.cpp"
#include <hwy/foreach_target.h>
// This one comes after.
#include <hwy/highway.h>

#include "frame.h"
#include "rowmeans.h"

HWY_BEFORE_NAMESPACE();
namespace colorize::rowmeans::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// One result each, for processors without vectors and rows that are shorter than one.

std::int16_t byte_mean(const std::uint8_t* at, std::ptrdiff_t stride, std::span<const std::int16_t> weights) {
  int sum = zero;
  for (std::size_t k = 0; k < weights.size(); ++k, at += stride) sum += *at * weights[k];
  return static_cast<std::int16_t>(sum);
}

/// What a mean of pairs begins with: of each product the lower half is cut off, which takes half a one on the mean.
int start_of_pairs(std::size_t rows) { return zero + (static_cast<int>(rows) + 1) / 2; }

std::int16_t pair_mean(const std::uint8_t* at, std::ptrdiff_t stride, int shift,
                       std::span<const std::int16_t> weights) {
  int sum = start_of_pairs(weights.size());
  for (std::size_t k = 0; k < weights.size(); ++k, at += stride) {
    const std::uint32_t sample = static_cast<std::uint16_t>(load<std::uint16_t>(at) << shift);
    sum += static_cast<int>(sample * static_cast<std::uint32_t>(2 * weights[k]) >> 16);
  }
  return static_cast<std::int16_t>(sum);
}

std::int32_t part_mean(const std::int16_t* samples, const Shares::Part& part) {
  std::int32_t sum = 0;
  for (std::size_t k = 0; k < part.weights.size(); ++k)
    sum += samples[part.first + static_cast<int>(k)] * part.weights[k];
  return sum;
}

#if HWY_TARGET == HWY_SCALAR

void of_bytes(const std::uint8_t* first, std::ptrdiff_t stride, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean) {
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = byte_mean(first + i, stride, weights);
}

void of_pairs(const std::uint8_t* first, std::ptrdiff_t stride, int shift, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean) {
  for (std::size_t i = 0; i < mean.size(); ++i) mean[i] = pair_mean(first + 2 * i, stride, shift, weights);
}

void apart(const std::int16_t* pixels, int samples_of_pixel, int count, const std::array<std::int16_t*, 4>& samples) {
  for (int c = 0; c < samples_of_pixel; ++c)
    for (int i = 0; i < count; ++i) samples[c][i] = pixels[i * samples_of_pixel + c];
}

void of_parts(const std::int16_t* samples, const Shares& parts, std::span<std::int32_t> means) {
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = part_mean(samples, parts[static_cast<int>(i)]);
}

#else

/// `block(i)` makes `lanes` results from the i-th on, the last time some of them again; `single(i)` one of too few.
template <typename Block, typename Single>
void over(std::size_t count, std::size_t lanes, const Block& block, const Single& single) {
  if (count < lanes) {
    for (std::size_t i = 0; i < count; ++i) single(i);
    return;
  }
  for (std::size_t i = 0; i + lanes < count; i += lanes) block(i);
  block(count - lanes);
}

void of_bytes(const std::uint8_t* first, std::ptrdiff_t stride, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean) {
  const hn::ScalableTag<std::uint16_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> d_bytes;
  const hn::Rebind<std::int16_t, decltype(d)> d_mean;
  const std::size_t lanes = hn::Lanes(d);
  const auto block = [&](std::size_t i) {
    auto sum = hn::Set(d, 32768);
    auto next = sum;
    const std::uint8_t* at = first + i;
    for (std::size_t k = 0; k < weights.size(); ++k, at += stride) {
      const auto weight = hn::Set(d, static_cast<std::uint16_t>(weights[k]));
      sum = hn::Add(sum, hn::Mul(hn::PromoteTo(d, hn::LoadU(d_bytes, at)), weight));
      next = hn::Add(next, hn::Mul(hn::PromoteTo(d, hn::LoadU(d_bytes, at + lanes)), weight));
    }
    hn::StoreU(hn::BitCast(d_mean, sum), d_mean, mean.data() + i);
    hn::StoreU(hn::BitCast(d_mean, next), d_mean, mean.data() + i + lanes);
  };
  over(mean.size(), 2 * lanes, block, [&](std::size_t i) { mean[i] = byte_mean(first + i, stride, weights); });
}

void of_pairs(const std::uint8_t* first, std::ptrdiff_t stride, int shift, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean) {
  const hn::ScalableTag<std::uint16_t> d;
  const hn::Repartition<std::uint8_t, decltype(d)> d_bytes;
  const hn::Rebind<std::int16_t, decltype(d)> d_mean;
  const auto block = [&](std::size_t i) {
    auto sum = hn::Set(d, static_cast<std::uint16_t>(start_of_pairs(weights.size())));
    const std::uint8_t* at = first + 2 * i;
    for (std::size_t k = 0; k < weights.size(); ++k, at += stride) {
      const auto sample = hn::ShiftLeftSame(hn::BitCast(d, hn::LoadU(d_bytes, at)), shift);
      sum = hn::Add(sum, hn::MulHigh(sample, hn::Set(d, static_cast<std::uint16_t>(2 * weights[k]))));
    }
    hn::StoreU(hn::BitCast(d_mean, sum), d_mean, mean.data() + i);
  };
  over(mean.size(), hn::Lanes(d), block,
       [&](std::size_t i) { mean[i] = pair_mean(first + 2 * i, stride, shift, weights); });
}

void apart(const std::int16_t* pixels, int samples_of_pixel, int count, const std::array<std::int16_t*, 4>& samples) {
  const hn::CappedTag<std::int16_t, slack / 4> d;
  const int lanes = static_cast<int>(hn::Lanes(d));
  for (int i = 0; i < count; i += lanes) {
    const std::int16_t* const at = pixels + i * samples_of_pixel;
    auto a = hn::Zero(d);
    auto b = a;
    auto c = a;
    auto e = a;
    if (samples_of_pixel == 2)
      hn::LoadInterleaved2(d, at, a, b);
    else if (samples_of_pixel == 3)
      hn::LoadInterleaved3(d, at, a, b, c);
    else
      hn::LoadInterleaved4(d, at, a, b, c, e);
    hn::StoreU(a, d, samples[0] + i);
    hn::StoreU(b, d, samples[1] + i);
    hn::StoreU(c, d, samples[2] + i);
    hn::StoreU(e, d, samples[3] + i);
  }
}

void of_parts(const std::int16_t* samples, const Shares& parts, std::span<std::int32_t> means) {
  const hn::FixedTag<std::int16_t, Shares::unit> d;
  const hn::FixedTag<std::int32_t, Shares::unit / 2> d_sums;
  const auto quarters = [&](std::size_t i) {  // that are to be added
    const auto part = parts.whole_span(static_cast<int>(i));
    auto sum = hn::Zero(d_sums);
    auto other = sum;
    for (std::size_t k = 0; k < part.weights.size(); k += Shares::unit)
      sum = hn::ReorderWidenMulAccumulate(d_sums, hn::LoadU(d, samples + part.first + k),
                                          hn::LoadU(d, part.weights.data() + k), sum, other);
    return hn::RearrangeToOddPlusEven(sum, other);
  };
  const auto halved = [&](auto low, auto high) {
    return hn::Add(hn::ConcatEven(d_sums, high, low), hn::ConcatOdd(d_sums, high, low));
  };
  const auto block = [&](std::size_t i) {
    const auto low = halved(quarters(i), quarters(i + 1)), high = halved(quarters(i + 2), quarters(i + 3));
    hn::StoreU(halved(low, high), d_sums, means.data() + i);
  };
  over(means.size(), 4, block, [&](std::size_t i) { means[i] = part_mean(samples, parts[static_cast<int>(i)]); });
}

#endif

}  // namespace colorize::rowmeans::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace colorize::rowmeans {

HWY_EXPORT(of_bytes);
HWY_EXPORT(of_pairs);
HWY_EXPORT(apart);
HWY_EXPORT(of_parts);

void of_bytes(const std::uint8_t* first, std::ptrdiff_t stride, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean) {
  HWY_DYNAMIC_DISPATCH(of_bytes)(first, stride, weights, mean);
}

void of_pairs(const std::uint8_t* first, std::ptrdiff_t stride, int shift, std::span<const std::int16_t> weights,
              std::span<std::int16_t> mean) {
  HWY_DYNAMIC_DISPATCH(of_pairs)(first, stride, shift, weights, mean);
}

void apart(const std::int16_t* pixels, int samples_of_pixel, int count, const std::array<std::int16_t*, 4>& samples) {
  HWY_DYNAMIC_DISPATCH(apart)(pixels, samples_of_pixel, count, samples);
}

void of_parts(const std::int16_t* samples, const Shares& parts, std::span<std::int32_t> means) {
  HWY_DYNAMIC_DISPATCH(of_parts)(samples, parts, means);
}

}  // namespace colorize::rowmeans
#endif
