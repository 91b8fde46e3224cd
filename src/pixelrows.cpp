// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pixelrows.h"

#include <algorithm>
#include <type_traits>

#include "frame.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pixelrows.cpp"  // this file is compiled once for each set of instructions
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace colorize {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Wide = hn::ScalableTag<float>;
using Single = hn::CappedTag<float, 1>;

/// Calls `work(d, i)` for as many samples from `i` on as the vectors of `d` hold, until all `count` are done.
template <typename Work>
HWY_INLINE void for_each_vector(std::size_t count, const Work& work) {
  const Wide wide;
  std::size_t i = 0;
  for (; count - i >= hn::Lanes(wide); i += hn::Lanes(wide)) work(wide, i);
  for (; i < count; ++i) work(Single(), i);
}

void blend(const Sides& above, const Sides& below, const float* across, float down, float unit,
           std::span<const float> lightness, float* a_out, float* b_out) {
  for_each_vector(lightness.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const auto one = hn::Set(d, 1.0F), floor = hn::Set(d, 1e-4F);
    const auto at = [&](const float* row) HWY_ATTR { return hn::LoadU(d, row + i); };
    const auto l = hn::Mul(at(lightness.data()), hn::Set(d, unit));
    const auto unlike = [&](const float* row) HWY_ATTR {  // a neighbour's weight is one by this and `floor`
      const auto difference = hn::Sub(l, at(row));
      const auto q = hn::Add(one, hn::Mul(difference, difference));
      return hn::Mul(q, q);
    };
    // All four have one denominator, so that one division is enough.
    const auto q0 = unlike(above.lightness_left), q1 = unlike(above.lightness_right);
    const auto q2 = unlike(below.lightness_left), q3 = unlike(below.lightness_right);
    const auto upper = hn::Mul(q0, q1), lower = hn::Mul(q2, q3);
    const auto right = at(across), left = hn::Sub(one, right);
    const auto upper_floor = hn::Mul(upper, floor), lower_floor = hn::Mul(lower, floor);
    const auto w0 = hn::Mul(left, hn::Add(q1, upper_floor)), w1 = hn::Mul(right, hn::Add(q0, upper_floor));
    const auto w2 = hn::Mul(left, hn::Add(q3, lower_floor)), w3 = hn::Mul(right, hn::Add(q2, lower_floor));
    const auto high = hn::Mul(lower, hn::Set(d, 1 - down)), low = hn::Mul(upper, hn::Set(d, down));
    const auto mean = [&](auto upper_sum, auto lower_sum)
                          HWY_ATTR { return hn::Add(hn::Mul(upper_sum, high), hn::Mul(lower_sum, low)); };
    const auto normal = hn::Div(one, mean(hn::Add(w0, w1), hn::Add(w2, w3)));
    const auto colour = [&](const float* r0, const float* r1, const float* r2, const float* r3) HWY_ATTR {
      return hn::Mul(
          mean(hn::Add(hn::Mul(w0, at(r0)), hn::Mul(w1, at(r1))), hn::Add(hn::Mul(w2, at(r2)), hn::Mul(w3, at(r3)))),
          normal);
    };
    hn::StoreU(colour(above.a_left, above.a_right, below.a_left, below.a_right), d, a_out + i);
    hn::StoreU(colour(above.b_left, above.b_right, below.b_left, below.b_right), d, b_out + i);
  });
}

/// Sixteen times the mean around sample `x` of chroma.
template <typename Sample>
int luma_around(const LumaRows& rows, Across across, int width, int x) {
  const auto around = [&](const std::uint8_t* row) {
    const auto at = [&](int i) -> int {
      return load<Sample>(row + static_cast<std::size_t>(std::clamp(i, 0, width - 1)) * sizeof(Sample));
    };
    if (across == Across::one) return 4 * at(x);
    if (across == Across::between_two) return 2 * (at(2 * x) + at(2 * x + 1));
    return at(2 * x - 1) + 2 * at(2 * x) + at(2 * x + 1);
  };
  int sum = 2 * around(rows.middle);
  sum += rows.upper ? around(rows.upper) : 0;
  sum += rows.lower ? (rows.upper ? 1 : 2) * around(rows.lower) : 2 * around(rows.middle);
  return sum;
}

#if HWY_TARGET != HWY_SCALAR  // which has no words to hold two samples
template <typename Sample, Across across>
HWY_INLINE auto luma_sum(const LumaRows& rows, int x) {
  const hn::RebindToSigned<Wide> di;
  const auto whole = [&](auto v) HWY_ATTR {
    if constexpr (sizeof(hn::TFromV<decltype(v)>) == 4)
      return hn::BitCast(di, v);
    else
      return hn::PromoteTo(di, v);
  };
  const auto load = [&](auto d, const std::uint8_t* p) HWY_ATTR {
    const hn::Repartition<std::uint8_t, decltype(d)> bytes;
    return hn::BitCast(d, hn::LoadU(bytes, p));
  };
  const auto around = [&](const std::uint8_t* row) HWY_ATTR {
    if constexpr (across == Across::one) {
      const hn::Rebind<std::conditional_t<sizeof(Sample) == 1, std::uint8_t, std::uint16_t>, Wide> d;
      return hn::ShiftLeft<2>(whole(load(d, row + x * sizeof(Sample))));
    } else {  // samples 2x and 2x + 1 lie in one word
      using Word = std::conditional_t<sizeof(Sample) == 1, std::uint16_t, std::uint32_t>;
      constexpr int bits = 8 * sizeof(Sample);
      const hn::Rebind<Word, Wide> d;
      const std::uint8_t* at = row + x * sizeof(Word);
      const auto words = load(d, at);
      const auto first = hn::And(words, hn::Set(d, static_cast<Word>((1U << bits) - 1)));
      const auto second = hn::ShiftRight<bits>(words);
      if constexpr (across == Across::between_two) return hn::ShiftLeft<1>(hn::Add(first, second));
      const auto before = hn::ShiftRight<bits>(load(d, at - sizeof(Word)));
      return hn::Add(hn::Add(first, first), hn::Add(before, second));
    }
  };
  const auto middle = around(rows.middle);
  if (!rows.lower) return whole(hn::ShiftLeft<2>(middle));
  if (!rows.upper) return whole(hn::ShiftLeft<1>(hn::Add(middle, around(rows.lower))));
  return whole(hn::Add(hn::Add(middle, middle), hn::Add(around(rows.upper), around(rows.lower))));
}
#endif

template <typename Sample, Across across>
void tone_at_chroma(const LumaRows& rows, int width, float black, float scale, std::span<float> out) {
  const auto tone = [&](auto d, auto sum) HWY_ATTR {
    const auto mean = hn::Mul(hn::ConvertTo(d, sum), hn::Set(d, 1.0F / 16));
    const auto v = hn::Mul(hn::Sub(mean, hn::Set(d, black)), hn::Set(d, scale));
    return hn::Min(hn::Max(v, hn::Zero(d)), hn::Set(d, 255.0F));
  };
  const int count = static_cast<int>(out.size());
  int x = 0;
  const auto one_by_one = [&](int end) HWY_ATTR {
    const Single d;
    for (; x < end; ++x) {
      const int sum = luma_around<Sample>(rows, across, width, x);
      hn::StoreU(tone(d, hn::Set(hn::RebindToSigned<Single>(), sum)), d, &out[x]);
    }
  };
#if HWY_TARGET != HWY_SCALAR
  const Wide d;
  const int lanes = static_cast<int>(hn::Lanes(d)), whole = across == Across::one ? width : width / 2;
  if constexpr (across == Across::first_of_two) one_by_one(1);  // whose left neighbour is not there
  for (; x + lanes <= whole; x += lanes) hn::StoreU(tone(d, luma_sum<Sample, across>(rows, x)), d, &out[x]);
#endif
  one_by_one(count);
}

template <typename Sample>
void tones(const LumaRows& rows, Across across, int width, float black, float scale, std::span<float> out) {
  switch (across) {
    case Across::one:
      return tone_at_chroma<Sample, Across::one>(rows, width, black, scale, out);
    case Across::first_of_two:
      return tone_at_chroma<Sample, Across::first_of_two>(rows, width, black, scale, out);
    case Across::between_two:
      return tone_at_chroma<Sample, Across::between_two>(rows, width, black, scale, out);
  }
}
void tones_of_8(const LumaRows& rows, Across across, int width, float black, float scale, std::span<float> out) {
  tones<std::uint8_t>(rows, across, width, black, scale, out);
}
void tones_of_16(const LumaRows& rows, Across across, int width, float black, float scale, std::span<float> out) {
  tones<std::uint16_t>(rows, across, width, black, scale, out);
}

void lightness_of_tones(const std::array<float, 257>& table, bool nearest, std::span<const float> tone,
                        float* lightness) {
  for_each_vector(tone.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const hn::RebindToSigned<decltype(d)> di;
    const auto t = hn::LoadU(d, &tone[i]);
    if (nearest) {
      const auto index = hn::ConvertTo(di, hn::Add(t, hn::Set(d, 0.5F)));
      hn::StoreU(hn::GatherIndex(d, table.data(), index), d, lightness + i);
      return;
    }
    const auto whole = hn::ConvertTo(di, t);
    const auto below = hn::GatherIndex(d, table.data(), whole), above = hn::GatherIndex(d, table.data() + 1, whole);
    const auto part = hn::Sub(t, hn::ConvertTo(d, whole));
    hn::StoreU(hn::Add(below, hn::Mul(hn::Sub(above, below), part)), d, lightness + i);
  });
}

/// The first three of the bytes of pixels, each in a vector of its own.
template <class D, class V = hn::Vec<D>>
HWY_INLINE void load_pixels(D d, const std::uint8_t* pixels, int step, V& v0, V& v1, V& v2, V& v3) {
  if (step == 4)
    hn::LoadInterleaved4(d, pixels, v0, v1, v2, v3);
  else
    hn::LoadInterleaved3(d, pixels, v0, v1, v2);
}

bool tones_of_gray(const std::uint8_t* pixels, int step, std::span<float> out) {
  bool gray = true;
  for_each_vector(out.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const hn::Rebind<std::uint8_t, decltype(d)> bytes;
    auto v0 = hn::Zero(bytes), v1 = v0, v2 = v0, v3 = v0;
    load_pixels(bytes, pixels + i * step, step, v0, v1, v2, v3);
    gray = gray && hn::AllTrue(bytes, hn::And(hn::Eq(v0, v1), hn::Eq(v0, v2)));
    hn::StoreU(hn::ConvertTo(d, hn::PromoteTo(hn::RebindToSigned<decltype(d)>(), v0)), d, &out[i]);
  });
  return gray;
}

void write_pixels(const std::array<const std::uint8_t*, 3>& rows, int step, std::size_t count, std::uint8_t* pixels) {
  const auto write = [&](auto d, std::size_t i) HWY_ATTR {
    const auto v0 = hn::LoadU(d, rows[0] + i), v1 = hn::LoadU(d, rows[1] + i), v2 = hn::LoadU(d, rows[2] + i);
    std::uint8_t* at = pixels + i * step;
    if (step == 3) {
      hn::StoreInterleaved3(v0, v1, v2, d, at);
      return;
    }
    auto old0 = v0, old1 = v0, old2 = v0, fourth = v0;
    hn::LoadInterleaved4(d, at, old0, old1, old2, fourth);
    hn::StoreInterleaved4(v0, v1, v2, fourth, d, at);
  };
  const hn::ScalableTag<std::uint8_t> wide;
  const hn::CappedTag<std::uint8_t, 1> single;
  std::size_t i = 0;
  for (; count - i >= hn::Lanes(wide); i += hn::Lanes(wide)) write(wide, i);
  for (; i < count; ++i) write(single, i);
}

/// Where a sample lies in the colour table: its cell, and how far into it in parts of 65536.
constexpr std::size_t block = 64;
struct Placed {
  alignas(64) std::array<std::int32_t, block> cell{};
  alignas(64) std::array<std::uint16_t, block> tone{}, a{}, b{};
};

HWY_INLINE void place(const float* tone, const float* a, const float* b, Placed& placed) {
  constexpr float whole = 65536, scale = whole / ColourCells::cell, last = whole * (ColourCells::chromas - 1) - 1;
  const Wide d;
  const hn::RebindToSigned<Wide> di;
  const hn::Rebind<std::uint16_t, Wide> du;
  for (std::size_t i = 0; i < block; i += hn::Lanes(d)) {
    const auto chroma = [&](const float* row) HWY_ATTR {
      const auto at = hn::Mul(hn::Add(hn::LoadU(d, row + i), hn::Set(d, 128.0F)), hn::Set(d, scale));
      return hn::ConvertTo(di, hn::Min(hn::Max(at, hn::Zero(d)), hn::Set(d, last)));
    };
    const auto t = hn::ConvertTo(di, hn::Mul(hn::LoadU(d, tone + i), hn::Set(d, scale)));
    const auto u = chroma(a), v = chroma(b);
    const auto part = [&](auto at, std::uint16_t* out)
                          HWY_ATTR { hn::StoreU(hn::DemoteTo(du, hn::And(at, hn::Set(di, 65535))), du, out + i); };
    part(t, placed.tone.data()), part(u, placed.a.data()), part(v, placed.b.data());
    static_assert(ColourCells::chromas - 1 == 64 && ColourCells::row == 65);
    const auto line = hn::Add(hn::ShiftLeft<6>(hn::ShiftRight<16>(u)), hn::ShiftRight<16>(v));
    const auto cell = hn::Add(hn::Add(hn::ShiftLeft<6>(line), line), hn::ShiftRight<16>(t));
    hn::StoreU(cell, di, placed.cell.data() + i);
  }
}

/// The weights of the corners are whole numbers whose sum is `one`, whatever was rounded away: each step shares out
/// what the step before gave.
constexpr std::int16_t one = 1 << 14;

#if HWY_TARGET == HWY_SCALAR
void interpolate(const ColourCells& table, const Placed& placed, const ColourRows& out) {
  const auto share = [](int weight, std::uint16_t part) {
    const int second = weight * part >> 16;
    return std::array<int, 2>{weight - second, second};
  };
  for (std::size_t i = 0; i < block; ++i) {
    std::array<int, 3> sums{};
    const auto of_a = std::array<int, 2>{one - (placed.a[i] >> 2), placed.a[i] >> 2};
    for (int u : {0, 1}) {
      const std::int16_t* cell =
          table.cells + static_cast<std::ptrdiff_t>(placed.cell[i] + u * ColourCells::slice) * table.size();
      const auto of_b = share(of_a[u], placed.b[i]);
      for (int v : {0, 1}) {
        const auto of_tone = share(of_b[v], placed.tone[i]);
        for (int t : {0, 1}) {
          sums[0] += of_tone[t] * cell[4 * v + t];
          sums[1] += of_tone[t] * cell[4 * v + 2 + t];
          if (table.channels == 3) sums[2] += of_tone[t] * cell[8 + 2 * v + t];
        }
      }
    }
    for (int c = 0; c < table.channels; ++c) out[c][i] = static_cast<float>(sums[c]) * table.scale;
  }
}
#else
template <bool third>
HWY_INLINE void interpolate_eight(const std::int16_t* cells, const std::int32_t* cell, const std::uint16_t* tone,
                                  const std::uint16_t* a, const std::uint16_t* b, float scale, const ColourRows& out) {
  constexpr int size = third ? 12 : 8;
  const hn::FixedTag<std::uint16_t, 8> du;
  const hn::FixedTag<std::int16_t, 8> ds;
  const hn::FixedTag<std::int16_t, 4> half;
  const hn::FixedTag<std::uint32_t, 4> pairs;
  const hn::FixedTag<std::int32_t, 4> sums;
  const hn::FixedTag<float, 4> df;
  const auto part_t = hn::Load(du, tone), part_b = hn::Load(du, b);
  const auto a1 = hn::ShiftRight<2>(hn::Load(du, a)), a0 = hn::Sub(hn::Set(du, one), a1);
  const auto a0b1 = hn::MulHigh(a0, part_b), a0b0 = hn::Sub(a0, a0b1);
  const auto a1b1 = hn::MulHigh(a1, part_b), a1b0 = hn::Sub(a1, a1b1);
  const auto weights_of = [&](auto sample_half, auto weight) HWY_ATTR {  // of both tones, side by side
    const auto second = hn::MulHigh(weight, part_t), first = hn::Sub(weight, second);
    if constexpr (decltype(sample_half)::value)
      return hn::BitCast(pairs, hn::InterleaveUpper(du, first, second));
    else
      return hn::BitCast(pairs, hn::InterleaveLower(du, first, second));
  };
  const auto dot = [&](auto x, auto y) HWY_ATTR {  // of neighbours in pairs
    auto rest = hn::Zero(sums);
    const auto sum = hn::ReorderWidenMulAccumulate(sums, x, y, hn::Zero(sums), rest);
    return hn::RearrangeToOddPlusEven(sum, rest);
  };
  const auto four = [&](auto upper) HWY_ATTR {
    constexpr int first = decltype(upper)::value ? 4 : 0;
    const auto p00 = weights_of(upper, a0b0), p01 = weights_of(upper, a0b1);
    const auto p10 = weights_of(upper, a1b0), p11 = weights_of(upper, a1b1);
    // Of two samples each: b0, b1, b0, b1.
    const auto near0 = hn::InterleaveLower(pairs, p00, p01), near1 = hn::InterleaveUpper(pairs, p00, p01);
    const auto far0 = hn::InterleaveLower(pairs, p10, p11), far1 = hn::InterleaveUpper(pairs, p10, p11);
    const auto at = [&](int n) HWY_ATTR { return cells + static_cast<std::ptrdiff_t>(cell[first + n]) * size; };
    constexpr std::ptrdiff_t next = static_cast<std::ptrdiff_t>(ColourCells::slice) * size;
    const auto two = [&](int n, auto near, auto far) HWY_ATTR {  // channels 0 and 1 of samples n and n + 1
      const auto sum = [&](const std::int16_t* p, auto w0, auto w1) HWY_ATTR {
        return hn::Add(dot(hn::LoadU(ds, p), hn::BitCast(ds, w0)), dot(hn::LoadU(ds, p + next), hn::BitCast(ds, w1)));
      };
      const auto s0 = sum(at(n), hn::InterleaveLower(pairs, near, near), hn::InterleaveLower(pairs, far, far));
      const auto s1 = sum(at(n + 1), hn::InterleaveUpper(pairs, near, near), hn::InterleaveUpper(pairs, far, far));
      return hn::Add(hn::ConcatLowerLower(sums, s1, s0), hn::ConcatUpperUpper(sums, s1, s0));
    };
    const auto put = [&](int channel, auto sum) HWY_ATTR {
      hn::StoreU(hn::Mul(hn::ConvertTo(df, sum), hn::Set(df, scale)), df, out[channel] + first);
    };
    const auto two0 = two(0, near0, far0), two1 = two(2, near1, far1);
    put(0, hn::ConcatEven(sums, two1, two0));
    put(1, hn::ConcatOdd(sums, two1, two0));
    if constexpr (third) {
      const auto sum = [&](int n, auto weights) HWY_ATTR {
        const std::int16_t* p = at(n) + 8;
        return dot(hn::Combine(ds, hn::LoadU(half, p + next), hn::LoadU(half, p)), hn::BitCast(ds, weights));
      };
      const auto s0 = sum(0, hn::ConcatLowerLower(pairs, far0, near0)),
                 s1 = sum(1, hn::ConcatUpperUpper(pairs, far0, near0));
      const auto s2 = sum(2, hn::ConcatLowerLower(pairs, far1, near1)),
                 s3 = sum(3, hn::ConcatUpperUpper(pairs, far1, near1));
      const auto s01 = hn::Add(hn::InterleaveLower(sums, s0, s1), hn::InterleaveUpper(sums, s0, s1));
      const auto s23 = hn::Add(hn::InterleaveLower(sums, s2, s3), hn::InterleaveUpper(sums, s2, s3));
      put(2, hn::Add(hn::ConcatLowerLower(sums, s23, s01), hn::ConcatUpperUpper(sums, s23, s01)));
    }
  };
  four(std::false_type());
  four(std::true_type());
}
void interpolate(const ColourCells& table, const Placed& placed, const ColourRows& out) {
  for (std::size_t i = 0; i < block; i += 8) {
    const auto* cell = placed.cell.data() + i;
    const auto *tone = placed.tone.data() + i, *a = placed.a.data() + i, *b = placed.b.data() + i;
    const ColourRows at{out[0] + i, out[1] + i, out[2] + i};
    if (table.channels == 3)
      interpolate_eight<true>(table.cells, cell, tone, a, b, table.scale, at);
    else
      interpolate_eight<false>(table.cells, cell, tone, a, b, table.scale, at);
  }
}
#endif

void read_colours(const ColourCells& table, std::span<const float> tone, const float* a, const float* b,
                  const ColourRows& out) {
  Placed placed;
  const auto read = [&](const float* tones, const float* as, const float* bs, const ColourRows& colours) {
    place(tones, as, bs, placed);
    interpolate(table, placed, colours);
  };
  std::size_t start = 0;
  for (; tone.size() - start >= block; start += block)
    read(&tone[start], a + start, b + start, {out[0] + start, out[1] + start, out[2] + start});
  const std::size_t rest = tone.size() - start;
  if (rest == 0) return;
  std::array<std::array<float, block>, 6> whole{};
  std::copy_n(&tone[start], rest, whole[0].begin());
  std::copy_n(a + start, rest, whole[1].begin());
  std::copy_n(b + start, rest, whole[2].begin());
  read(whole[0].data(), whole[1].data(), whole[2].data(), {whole[3].data(), whole[4].data(), whole[5].data()});
  for (int c : {0, 1, 2})
    if (c < table.channels) std::copy_n(whole[3 + c].begin(), rest, out[c] + start);
}

template <typename Sample>
void codes(std::span<const float> colour, const float* base, const float* own, float scale, float offset, float last,
           [[maybe_unused]] int shift, Sample* out) {
  for_each_vector(colour.size(), [&](auto d, std::size_t i) HWY_ATTR {
    const hn::RebindToSigned<decltype(d)> di;
    auto sum = hn::LoadU(d, &colour[i]);
    if (base) sum = hn::Add(hn::LoadU(d, base + i), sum);
    if (own) sum = hn::Add(sum, hn::LoadU(d, own + i));
    const auto value = hn::Add(hn::Mul(sum, hn::Set(d, scale)), hn::Set(d, offset));
    const auto code = hn::ConvertTo(di, hn::Min(hn::Max(value, hn::Zero(d)), hn::Set(d, last)));
    const hn::Rebind<Sample, decltype(d)> ds;
    if constexpr (sizeof(Sample) == 1)
      hn::StoreU(hn::U8FromU32(hn::BitCast(hn::RebindToUnsigned<decltype(d)>(), code)), ds, out + i);
    else
      hn::StoreU(hn::DemoteTo(ds, hn::ShiftLeftSame(code, shift)), ds, out + i);
  });
}
void codes_of_8(std::span<const float> colour, const float* base, const float* own, float scale, float offset,
                float last, int shift, std::uint8_t* out) {
  codes(colour, base, own, scale, offset, last, shift, out);
}
void codes_of_16(std::span<const float> colour, const float* base, const float* own, float scale, float offset,
                 float last, int shift, std::uint16_t* out) {
  codes(colour, base, own, scale, offset, last, shift, out);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace colorize
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace colorize {

HWY_EXPORT(blend);
HWY_EXPORT(tones_of_8);
HWY_EXPORT(tones_of_16);
HWY_EXPORT(lightness_of_tones);
HWY_EXPORT(tones_of_gray);
HWY_EXPORT(write_pixels);
HWY_EXPORT(read_colours);
HWY_EXPORT(codes_of_8);
HWY_EXPORT(codes_of_16);

void blend(const Sides& above, const Sides& below, const float* across, float down, float unit,
           std::span<const float> lightness, float* a, float* b) {
  HWY_DYNAMIC_DISPATCH(blend)(above, below, across, down, unit, lightness, a, b);
}

template <>
void tones_at_chroma<std::uint8_t>(const LumaRows& rows, Across across, int width, float black, float scale,
                                   std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(tones_of_8)(rows, across, width, black, scale, out);
}
template <>
void tones_at_chroma<std::uint16_t>(const LumaRows& rows, Across across, int width, float black, float scale,
                                    std::span<float> out) {
  HWY_DYNAMIC_DISPATCH(tones_of_16)(rows, across, width, black, scale, out);
}

void lightness_of_tones(const std::array<float, 257>& table, bool nearest, std::span<const float> tone,
                        float* lightness) {
  HWY_DYNAMIC_DISPATCH(lightness_of_tones)(table, nearest, tone, lightness);
}

bool tones_of_gray(const std::uint8_t* pixels, int step, std::span<float> out) {
  return HWY_DYNAMIC_DISPATCH(tones_of_gray)(pixels, step, out);
}

void write_pixels(const std::array<const std::uint8_t*, 3>& rows, int step, std::size_t count, std::uint8_t* pixels) {
  HWY_DYNAMIC_DISPATCH(write_pixels)(rows, step, count, pixels);
}

void read_colours(const ColourCells& table, std::span<const float> tone, const float* a, const float* b,
                  const ColourRows& out) {
  HWY_DYNAMIC_DISPATCH(read_colours)(table, tone, a, b, out);
}

template <>
void codes_of<std::uint8_t>(std::span<const float> colour, const float* base, const float* own, float scale,
                            float offset, float last, int shift, std::uint8_t* out) {
  HWY_DYNAMIC_DISPATCH(codes_of_8)(colour, base, own, scale, offset, last, shift, out);
}
template <>
void codes_of<std::uint16_t>(std::span<const float> colour, const float* base, const float* own, float scale,
                             float offset, float last, int shift, std::uint16_t* out) {
  HWY_DYNAMIC_DISPATCH(codes_of_16)(colour, base, own, scale, offset, last, shift, out);
}

}  // namespace colorize
#endif
