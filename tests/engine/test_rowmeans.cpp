// SPDX-License-Identifier: LGPL-2.1-or-later

#include <cstring>
#include <numeric>

#include "check.h"
#include "edge.h"
#include "frame.h"
#include "picture.h"
#include "rowmeans.h"
#include "targets.h"

using colorize::Shares;
namespace rowmeans = colorize::rowmeans;

namespace {

/// Samples that end where no more may be read.
class Samples : public Edge {
 public:
  explicit Samples(std::size_t size) : Edge(size, true) {
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(noise(static_cast<int>(i), 3));
  }
};

constexpr int widths[] = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 64, 65, 129, 1000};

}  // namespace

static void test_the_weights_of_a_part_are_its_share_of_each_sample() {
  for (const int samples : {1, 2, 3, 5, 17, 100, 1080, 1920, 100000})
    for (const int parts : {1, 2, 3, 17, 64, 448, 1000})
      for (const int sum : {256, 16384, 32767}) {
        if (parts > samples) continue;
        const Shares shares(samples, parts, sum);
        g_assert_true(shares.are(samples, parts, sum));
        const double length = static_cast<double>(samples) / parts;
        for (int i = 0; i < parts; ++i) {
          const auto [first, weights] = shares[i];
          const double begin = i * length, end = begin + length;
          g_assert_cmpint(std::accumulate(weights.begin(), weights.end(), 0), ==, sum);
          g_assert_true(first >= 0 && first + static_cast<int>(weights.size()) <= samples);
          for (int k = 0; k < static_cast<int>(weights.size()); ++k) {
            const double covered = std::min(first + k + 1.0, end) - std::max<double>(first + k, begin);
            expect(weights[k] >= 0 && std::abs(weights[k] - covered / length * sum) <= 1 + 1e-6,
                   "%d of %d in %d parts: %d for a share of %g of %d", first + k, samples, parts, weights[k],
                   covered / length, sum);
          }
          const auto whole = shares.whole_span(i).weights;
          g_assert_true(whole.size() == shares.span() && whole.size() % Shares::unit == 0);
          for (std::size_t k = weights.size(); k < whole.size(); ++k) g_assert_cmpint(whole[k], ==, 0);
        }
      }
}

static void test_rows_of_bytes() {
  on_every_target([](const char* target) {
    for (const int width : widths)
      for (const int rows : {1, 2, 5, 40}) {
        const std::size_t stride = static_cast<std::size_t>(width) + 3;
        const Samples memory(stride * static_cast<std::size_t>(rows - 1) + static_cast<std::size_t>(width));
        const Shares shares(rows, 1, rowmeans::sum_of_bytes);
        const auto weights = shares[0].weights;
        std::vector<std::int16_t> mean(static_cast<std::size_t>(width));
        rowmeans::of_bytes(memory.data, static_cast<std::ptrdiff_t>(stride), weights, mean);
        for (int x = 0; x < width; ++x) {
          int sum = 0;
          for (int y = 0; y < rows; ++y) sum += memory.data[y * stride + x] * weights[y];
          expect(mean[x] == sum - 32768, "%s: %d of %d, %d rows: %d, not %d", target, x, width, rows, mean[x],
                 sum - 32768);
        }
      }
  });
}

static void test_rows_of_pairs() {
  on_every_target([](const char* target) {
    for (const int width : widths)
      for (const int rows : {1, 2, 5, 40})
        for (const int shift : {0, 4, 6}) {
          const std::size_t bytes = 2 * static_cast<std::size_t>(width), stride = bytes + 1;
          const Samples memory(stride * static_cast<std::size_t>(rows - 1) + bytes);
          const Shares shares(rows, 1, rowmeans::sum_of_pairs);
          const auto weights = shares[0].weights;
          std::vector<std::int16_t> mean(static_cast<std::size_t>(width));
          // Without shift they may be as great as there are.
          for (int y = 0; y < rows; ++y)
            for (int x = 0; x < width; ++x) {
              std::uint8_t* const at = memory.data + y * stride + 2 * x;
              colorize::store<std::uint16_t>(
                  x == 0 ? 65535 >> shift : colorize::load<std::uint16_t>(at) & (65535 >> shift), at);
            }
          rowmeans::of_pairs(memory.data, static_cast<std::ptrdiff_t>(stride), shift, weights, mean);
          for (int x = 0; x < width; ++x) {
            int sum = (rows + 1) / 2;
            double exact = 0;
            for (int y = 0; y < rows; ++y) {
              const int sample = colorize::load<std::uint16_t>(memory.data + y * stride + 2 * x) << shift;
              sum += static_cast<int>(std::int64_t{sample} * 2 * weights[y] / 65536);
              exact += static_cast<double>(sample) * weights[y] / rowmeans::sum_of_pairs;
            }
            expect(mean[x] == sum - 32768, "%s: %d of %d, %d rows: %d, not %d", target, x, width, rows, mean[x],
                   sum - 32768);
            expect(std::abs(sum - exact) <= rows / 2.0 + 2, "%d rows: %d for %g", rows, sum, exact);
          }
        }
  });
}

static void test_components_are_taken_apart() {
  on_every_target([](const char* target) {
    for (const int count : widths)
      for (const int of_pixel : {2, 3, 4}) {
        const auto length = static_cast<std::size_t>(count * of_pixel + rowmeans::slack);
        std::vector<std::int16_t> pixels(length);
        for (std::size_t i = 0; i < length; ++i)
          pixels[i] = static_cast<std::int16_t>(257 * noise(static_cast<int>(i), 1));
        std::array<std::vector<std::int16_t>, 4> samples;
        for (auto& component : samples) component.resize(static_cast<std::size_t>(count + rowmeans::slack));
        auto& [a, b, c, d] = samples;
        rowmeans::apart(pixels.data(), of_pixel, count, {a.data(), b.data(), c.data(), d.data()});
        for (int i = 0; i < count; ++i)
          for (int k = 0; k < of_pixel; ++k)
            expect(samples[k][i] == pixels[i * of_pixel + k], "%s: %d of %d, %d of %d", target, i, count, k, of_pixel);
      }
  });
}

static void test_parts_of_a_row() {
  on_every_target([](const char* target) {
    for (const int width : widths)
      for (const int parts : {1, 2, 3, 4, 5, 7, 33, 448}) {
        if (parts > width) continue;
        const Shares shares(width, parts, rowmeans::sum_across);
        std::vector<std::int16_t> samples(static_cast<std::size_t>(width) + shares.span());
        for (std::size_t i = 0; i < samples.size(); ++i)
          samples[i] = static_cast<std::int16_t>(i % 5 ? 257 * noise(static_cast<int>(i), 2) - 32768 : -32768);
        std::vector<std::int32_t> means(static_cast<std::size_t>(parts));
        rowmeans::of_parts(samples.data(), shares, means);
        for (int i = 0; i < parts; ++i) {
          const auto [first, weights] = shares[i];
          int sum = 0;
          for (std::size_t k = 0; k < weights.size(); ++k)
            sum += samples[static_cast<std::size_t>(first) + k] * weights[k];
          expect(means[i] == sum, "%s: part %d of %d of %d: %d, not %d", target, i, parts, width, means[i], sum);
        }
      }
  });
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/rowmeans/weights", test_the_weights_of_a_part_are_its_share_of_each_sample);
  g_test_add_func("/rowmeans/bytes", test_rows_of_bytes);
  g_test_add_func("/rowmeans/pairs", test_rows_of_pairs);
  g_test_add_func("/rowmeans/apart", test_components_are_taken_apart);
  g_test_add_func("/rowmeans/parts", test_parts_of_a_row);
  return g_test_run();
}
