// SPDX-License-Identifier: LGPL-2.1-or-later
/// Vector code against plain twins, bit for bit, on every set of instructions that this processor has. What is read and
/// written ends where memory ends, and begins where it begins.

#include <cmath>
#include <cstring>

#include "check.h"
#include "edge.h"
#include "picture.h"
#include "pixelrows.h"
#include "targets.h"

using namespace colorize;

template <typename T>
class Row {
 public:
  Row(int count, bool end) : count_(static_cast<std::size_t>(count)), edge_(count_ * sizeof(T), end) {}
  Row(int count, bool end, const std::function<double(int i)>& value) : Row(count, end) {
    for (int i = 0; i < count; ++i) data()[i] = static_cast<T>(value(i));
  }
  T* data() { return reinterpret_cast<T*>(edge_.data); }
  std::uint8_t* bytes() { return edge_.data; }
  std::span<T> span() { return {data(), count_}; }
  T operator[](int i) { return data()[i]; }

 private:
  std::size_t count_;
  Edge edge_;
};
using Floats = Row<float>;

static constexpr int counts[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 71, 130};

/// The same bits, not only equal.
template <typename T>
static void expect_same(Row<T>& got, const std::vector<T>& wanted, const char* what, const char* target) {
  for (std::size_t i = 0; i < wanted.size(); ++i)
    expect(std::memcmp(&got.data()[i], &wanted[i], sizeof(T)) == 0, "%s on %s, %zu of %zu: %.9g instead of %.9g", what,
           target, i, wanted.size(), static_cast<double>(got.data()[i]), static_cast<double>(wanted[i]));
}

/// Every count of samples, at either end of memory, on every target.
static void everywhere(const std::function<void(int count, bool end, const char* target)>& work) {
  on_every_target([&](const char* target) {
    g_test_message("%s", target);
    for (const int count : counts)
      for (const bool end : {true, false}) work(count, end, target);
  });
}

static double random(int i, int seed) { return (noise(i, seed, 1) + noise(i, seed, 2) / 256.0) / 256; }

static void test_blend() {
  everywhere([](int count, bool end, const char* target) {
    const auto row = [&](int seed, double low, double high) {
      return Floats(count, end, [=](int i) { return low + (high - low) * random(i, seed); });
    };
    Floats l0 = row(1, 0, 12), l1 = row(2, 0, 12), l2 = row(3, 0, 12), l3 = row(4, 0, 12);
    Floats a0 = row(5, -99, 99), a1 = row(6, -99, 99), a2 = row(7, -99, 99), a3 = row(8, -99, 99);
    Floats b0 = row(9, -99, 99), b1 = row(10, -99, 99), b2 = row(11, -99, 99), b3 = row(12, -99, 99);
    Floats across = row(13, 0, 1), lightness = row(14, 0, 100), a(count, end), b(count, end);
    const float down = 0.3F, unit = 0.125F;
    blend({l0.data(), l1.data(), a0.data(), a1.data(), b0.data(), b1.data()},
          {l2.data(), l3.data(), a2.data(), a3.data(), b2.data(), b3.data()}, across.data(), down, unit,
          lightness.span(), a.data(), b.data());
    std::vector<float> wanted_a, wanted_b;
    for (int i = 0; i < count; ++i) {
      const auto unlike = [&](float neighbour) {
        const float d = lightness[i] * unit - neighbour, q = 1 + d * d;
        return q * q;
      };
      const float q0 = unlike(l0[i]), q1 = unlike(l1[i]), q2 = unlike(l2[i]), q3 = unlike(l3[i]);
      const float upper = q0 * q1, lower = q2 * q3, right = across[i], left = 1 - right;
      const float w0 = left * (q1 + upper * 1e-4F), w1 = right * (q0 + upper * 1e-4F);
      const float w2 = left * (q3 + lower * 1e-4F), w3 = right * (q2 + lower * 1e-4F);
      const float high = lower * (1 - down), low = upper * down;
      const float normal = 1 / ((w0 + w1) * high + (w2 + w3) * low);
      wanted_a.push_back(((w0 * a0[i] + w1 * a1[i]) * high + (w2 * a2[i] + w3 * a3[i]) * low) * normal);
      wanted_b.push_back(((w0 * b0[i] + w1 * b1[i]) * high + (w2 * b2[i] + w3 * b3[i]) * low) * normal);
      // And that is the mean that is meant.
      const double k[] = {(1.0 - right) * (1 - down), right * (1.0 - down), (1.0 - right) * down, right * down};
      const double q[] = {q0, q1, q2, q3}, as[] = {a0[i], a1[i], a2[i], a3[i]};
      double sum = 0, weights = 0;
      for (int n = 0; n < 4; ++n) sum += k[n] * (1 / q[n] + 1e-4) * as[n], weights += k[n] * (1 / q[n] + 1e-4);
      expect(std::abs(wanted_a.back() - sum / weights) < 1e-3, "mean %g, not %g", wanted_a.back(), sum / weights);
    }
    expect_same(a, wanted_a, "a*", target);
    expect_same(b, wanted_b, "b*", target);
  });
}

template <typename Sample>
static void tones_of(int width, bool end, const char* target) {
  const auto luma = [&](int seed) {
    return Row<Sample>(width, end, [=](int i) { return random(i, seed) * (sizeof(Sample) == 1 ? 256 : 65536); });
  };
  Row<Sample> upper = luma(1), middle = luma(2), lower = luma(3);
  const float unit = sizeof(Sample) == 1 ? 1 : 256, black = 16 * unit, scale = 255 / (219 * unit);
  for (const Across across : {Across::one, Across::first_of_two, Across::between_two})
    for (const int rows : {1, 2, 3}) {
      const int count = across == Across::one ? width : (width + 1) / 2;
      Floats out(count, end);
      tones_at_chroma<Sample>({rows == 3 ? upper.bytes() : nullptr, middle.bytes(), rows > 1 ? lower.bytes() : nullptr},
                              across, width, black, scale, out.span());
      std::vector<float> wanted;
      for (int x = 0; x < count; ++x) {
        const auto around = [&](Row<Sample>& row) {
          const auto at = [&](int i) { return static_cast<float>(row[std::clamp(i, 0, width - 1)]); };
          if (across == Across::one) return at(x);
          if (across == Across::between_two) return (at(2 * x) + at(2 * x + 1)) / 2;
          return (at(2 * x - 1) + 2 * at(2 * x) + at(2 * x + 1)) / 4;
        };
        const float mean = rows == 1   ? around(middle)
                           : rows == 2 ? (around(middle) + around(lower)) / 2
                                       : (around(upper) + 2 * around(middle) + around(lower)) / 4;
        wanted.push_back(std::min(std::max((mean - black) * scale, 0.0F), 255.0F));
      }
      expect_same(out, wanted, sizeof(Sample) == 1 ? "tone of 8 bits" : "tone of 16 bits", target);
    }
}
static void test_tones_at_chroma() {
  everywhere([](int count, bool end, const char* target) {
    tones_of<std::uint8_t>(count, end, target);
    tones_of<std::uint16_t>(count, end, target);
  });
}

/// Samples of two bytes at an odd address.
static void test_samples_need_not_be_aligned() {
  on_every_target([](const char* target) {
    constexpr int width = 77;
    std::vector<std::uint8_t> even(2 * width), odd(2 * width + 1);
    for (int i = 0; i < 2 * width; ++i) even[i] = odd[i + 1] = static_cast<std::uint8_t>(noise(i, 5));
    for (const Across across : {Across::one, Across::first_of_two, Across::between_two}) {
      std::vector<float> one(across == Across::one ? width : (width + 1) / 2), other(one.size());
      tones_at_chroma<std::uint16_t>({nullptr, even.data(), nullptr}, across, width, 0, 0.003F, one);
      tones_at_chroma<std::uint16_t>({nullptr, odd.data() + 1, nullptr}, across, width, 0, 0.003F, other);
      expect(one == other, "%s", target);
    }
  });
}

static void test_lightness_of_tones() {
  std::array<float, 257> table{};
  for (int i = 0; i < 257; ++i) table[i] = static_cast<float>(noise(i, 9));
  everywhere([&](int count, bool end, const char* target) {
    Floats tone(count, end, [](int i) { return i % 9 == 8 ? 255 : 255 * random(i, 3); });
    for (const bool nearest : {true, false}) {
      Floats out(count, end);
      lightness_of_tones(table, nearest, tone.span(), out.data());
      std::vector<float> wanted;
      for (const float t : tone.span()) {
        const int whole = static_cast<int>(t);
        wanted.push_back(nearest ? table[static_cast<int>(t + 0.5F)]
                                 : table[whole] + (table[whole + 1] - table[whole]) * (t - static_cast<float>(whole)));
      }
      expect_same(out, wanted, "L*", target);
    }
  });
}

static void test_read_colours() {
  for (const int channels : {2, 3}) {
    std::vector<std::int16_t> cells(static_cast<std::size_t>(ColourCells::slice) * ColourCells::chromas * 4 * channels);
    for (std::size_t i = 0; i < cells.size(); ++i)
      cells[i] = static_cast<std::int16_t>(noise(static_cast<int>(i), 7) * 257 - 32768);
    const ColourCells table{cells.data(), channels, 1.0F / (1 << 22)};
    everywhere([&](int count, bool end, const char* target) {
      const auto chroma = [](int i, int seed) {
        return i % 11 == 10 ? 1e9 : i % 7 == 6 ? 0 : 280 * random(i, seed) - 140;
      };
      Floats tone(count, end, [](int i) { return i % 9 == 8 ? 255 : 255 * random(i, 3); });
      Floats a(count, end, [&](int i) { return chroma(i, 4); }), b(count, end, [&](int i) { return chroma(i, 5); });
      Floats c0(count, end), c1(count, end), c2(count, end);
      read_colours(table, tone.span(), a.data(), b.data(), {c0.data(), c1.data(), c2.data()});
      std::array<std::vector<float>, 3> wanted;
      for (int i = 0; i < count; ++i) {
        const auto at = [](float v, float last) { return static_cast<int>(std::min(std::max(v * 16384, 0.0F), last)); };
        const int t = at(tone[i], 1e9F), u = at(a[i] + 128, 64 * 65536 - 1), v = at(b[i] + 128, 64 * 65536 - 1);
        std::array<int, 3> sums{};
        for (int corner = 0; corner < 8; ++corner) {
          const int du = corner / 4, dv = corner / 2 % 2, dt = corner % 2;
          const auto share = [](int weight, int part, int second) {
            const int to_second = static_cast<int>(static_cast<std::int64_t>(weight) * part / 65536);
            return second ? to_second : weight - to_second;
          };
          const int first = (u % 65536) / 4;
          const int weight = share(share(du ? first : 16384 - first, v % 65536, dv), t % 65536, dt);
          const std::size_t cell =
              static_cast<std::size_t>(u / 65536 + du) * ColourCells::slice + v / 65536 * ColourCells::row + t / 65536;
          const std::int16_t* values = &cells[cell * table.size()];
          for (int c = 0; c < channels; ++c) sums[c] += weight * values[c < 2 ? 4 * dv + 2 * c + dt : 8 + 2 * dv + dt];
        }
        for (int c = 0; c < channels; ++c) wanted[c].push_back(static_cast<float>(sums[c]) * table.scale);
      }
      expect_same(c0, wanted[0], "channel 0", target);
      expect_same(c1, wanted[1], "channel 1", target);
      expect_same(c2, wanted[2], "channel 2", target);
    });
  }
}

template <typename Sample>
static void codes_are(int count, bool end, const char* target) {
  Floats colour(count, end, [](int i) { return 600 * random(i, 1) - 300; });
  Floats base(count, end, [](int i) { return 255 * random(i, 2); });
  Floats own(count, end, [](int i) { return 99 * random(i, 3); });
  const int shift = sizeof(Sample) == 1 ? 0 : 6;
  const float scale = sizeof(Sample) == 1 ? 0.875F : 3.5F, last = sizeof(Sample) == 1 ? 255 : 1023;
  for (const bool with_base : {false, true})
    for (const bool with_own : {false, true}) {
      Row<Sample> out(count, end);
      codes_of<Sample>(colour.span(), with_base ? base.data() : nullptr, with_own ? own.data() : nullptr, scale, 128.5F,
                       last, shift, out.data());
      std::vector<Sample> wanted;
      for (int i = 0; i < count; ++i) {
        const float sum = ((with_base ? base[i] : 0) + colour[i]) + (with_own ? own[i] : 0);
        const float code = std::min(std::max(sum * scale + 128.5F, 0.0F), last);
        wanted.push_back(static_cast<Sample>(static_cast<int>(code) << shift));
      }
      expect_same(out, wanted, "code", target);
    }
}
static void test_codes_of() {
  everywhere([](int count, bool end, const char* target) {
    codes_are<std::uint8_t>(count, end, target);
    codes_are<std::uint16_t>(count, end, target);
  });
}

/// Of 3 and 4 bytes, gray but for one pixel, which may be anywhere.
static void test_tones_of_gray() {
  everywhere([](int count, bool end, const char* target) {
    for (const int step : {3, 4})
      for (const int byte : {-1, 0, 1, 2, 3})
        for (const int coloured : {0, count / 2, count - 1}) {
          Row<std::uint8_t> pixels(count * step, end,
                                   [=](int i) { return i % step == 3 ? i % 256 : noise(i / step, 1) / 2; });
          if (byte >= 0 && byte < step) pixels.data()[coloured * step + byte] = 200;
          Floats tone(count, end);
          const bool gray = tones_of_gray(pixels.data(), step, tone.span());
          expect(gray == (byte < 0 || byte == 3), "%d of %d bytes, %d of %d on %s", byte, step, coloured, count,
                 target);
          for (int i = 0; i < count && gray; ++i) expect(tone[i] == pixels[i * step], "%s: tone of %d", target, i);
        }
  });
}

static void test_write_pixels() {
  everywhere([](int count, bool end, const char* target) {
    const auto row = [&](int c) { return Row<std::uint8_t>(count, end, [=](int i) { return noise(i, c); }); };
    Row<std::uint8_t> r0 = row(0), r1 = row(1), r2 = row(2);
    for (const int step : {3, 4}) {
      const auto was = [](int i) { return noise(i, 9); };
      Row<std::uint8_t> pixels(count * step, end, was);
      write_pixels({r0.data(), r1.data(), r2.data()}, step, static_cast<std::size_t>(count), pixels.data());
      std::vector<std::uint8_t> wanted;
      for (int i = 0; i < count * step; ++i)
        wanted.push_back(static_cast<std::uint8_t>(i % step == 3 ? was(i) : noise(i / step, i % step)));
      expect_same(pixels, wanted, "pixel", target);
    }
  });
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/pixelrows/blend", test_blend);
  g_test_add_func("/pixelrows/tones-at-chroma", test_tones_at_chroma);
  g_test_add_func("/pixelrows/samples-need-not-be-aligned", test_samples_need_not_be_aligned);
  g_test_add_func("/pixelrows/lightness-of-tones", test_lightness_of_tones);
  g_test_add_func("/pixelrows/read-colours", test_read_colours);
  g_test_add_func("/pixelrows/codes-of", test_codes_of);
  g_test_add_func("/pixelrows/tones-of-gray", test_tones_of_gray);
  g_test_add_func("/pixelrows/write-pixels", test_write_pixels);
  return g_test_run();
}
