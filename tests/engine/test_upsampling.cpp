// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "picture.h"
#include "upsampling.h"

using colorize::Ab, colorize::Axis, colorize::Places, colorize::Upsampling;

using Plane = cv::Mat_<float>;

static Plane plane(int width, int height, const std::function<double(int x, int y)>& value) {
  Plane p(height, width);
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) p(y, x) = static_cast<float>(value(x, y));
  return p;
}

/// The middles of the pixels of a picture.
static Places pixels(int width, int height) {
  return {.width = width,
          .height = height,
          .x = 0.5 / width,
          .y = 0.5 / height,
          .step_x = 1.0 / width,
          .step_y = 1.0 / height};
}

static Ab all_rows(Upsampling& upsampling, const Places& places, const Plane& lightness, int stripes) {
  Ab result{Plane(places.height, places.width), Plane(places.height, places.width)};
  const auto width = static_cast<std::size_t>(places.width);
  for (int y = 0; y < places.height; ++y)
    upsampling.upsample_row(y * stripes / places.height, y, {lightness[y], width}, {result.a.ptr<float>(y), width},
                            {result.b.ptr<float>(y), width});
  return result;
}

/// `ab` and the L* `seen` by the network, brought to a picture with the L* `lightness`.
static Ab upsample(const Ab& ab, const Plane& seen, const Plane& lightness, int stripes = 1) {
  Upsampling upsampling;
  const Places places = pixels(lightness.cols, lightness.rows);
  upsampling.prepare(ab, seen, places, stripes);
  return all_rows(upsampling, places, lightness, stripes);
}

static Plane bilinear(const Plane& coarse, int width, int height) {
  return plane(width, height, [&](int x, int y) {
    const double px = std::clamp((x + 0.5) * coarse.cols / width - 0.5, 0.0, coarse.cols - 1.0);
    const double py = std::clamp((y + 0.5) * coarse.rows / height - 0.5, 0.0, coarse.rows - 1.0);
    const int i = static_cast<int>(px), j = static_cast<int>(py);
    const int right = std::min(i + 1, coarse.cols - 1), below = std::min(j + 1, coarse.rows - 1);
    const double u = px - i, v = py - j;
    return (coarse(j, i) * (1 - u) + coarse(j, right) * u) * (1 - v) +
           (coarse(below, i) * (1 - u) + coarse(below, right) * u) * v;
  });
}

static double difference(const cv::Mat& one, const cv::Mat& other) { return cv::norm(one - other, cv::NORM_INF); }

static Ab noisy(int width, int height) {
  return {plane(width, height, [](int x, int y) { return noise(x, y, 1) / 2.0 - 64; }),
          plane(width, height, [](int x, int y) { return noise(x, y, 2) / 2.0 - 64; })};
}
static Plane noisy_lightness(int width, int height) {
  return plane(width, height, [](int x, int y) { return noise(x, y, 3) / 2.55; });
}

// What the network gave, what it saw, the picture: of one size; coarser and coarser; odd; a picture smaller than the
// network's.
struct Sizes {
  cv::Size ab, seen, picture;
};
static const Sizes sizes[] = {
    {{16, 12}, {16, 12}, {16, 12}}, {{16, 12}, {16, 12}, {100, 75}}, {{16, 12}, {64, 48}, {200, 150}},
    {{7, 5}, {28, 20}, {101, 67}},  {{1, 1}, {4, 4}, {9, 9}},        {{16, 16}, {64, 64}, {1, 1}},
    {{16, 16}, {64, 64}, {5, 300}}, {{32, 8}, {32, 8}, {20, 6}},     {{2, 1}, {2, 1}, {3, 3}}};

static void test_a_constant_stays() {
  for (const auto& s : sizes) {
    const Ab ab{Plane(s.ab, 33.25F), Plane(s.ab, -71.5F)};
    const Ab got =
        upsample(ab, noisy_lightness(s.seen.width, s.seen.height), noisy_lightness(s.picture.width, s.picture.height));
    expect(difference(got.a, Plane(s.picture, 33.25F)) < 1e-3 && difference(got.b, Plane(s.picture, -71.5F)) < 1e-3,
           "%dx%d to %dx%d", s.ab.width, s.ab.height, s.picture.width, s.picture.height);
  }
}

static void test_no_new_colour_appears() {
  for (const auto& s : sizes) {
    const Ab ab = noisy(s.ab.width, s.ab.height);
    const Ab got =
        upsample(ab, noisy_lightness(s.seen.width, s.seen.height), noisy_lightness(s.picture.width, s.picture.height));
    for (const auto& [coarse, fine] : {std::pair{ab.a, got.a}, std::pair{ab.b, got.b}}) {
      double low = 0, high = 0, fine_low = 0, fine_high = 0;
      cv::minMaxLoc(coarse, &low, &high), cv::minMaxLoc(fine, &fine_low, &fine_high);
      expect(fine_low >= low - 1e-3 && fine_high <= high + 1e-3, "%dx%d to %dx%d: %g..%g from %g..%g", s.ab.width,
             s.ab.height, s.picture.width, s.picture.height, fine_low, fine_high, low, high);
    }
  }
}

static void test_equal_sizes_change_nothing() {
  for (const cv::Size size : {cv::Size(16, 12), cv::Size(1, 1), cv::Size(13, 1), cv::Size(1, 7), cv::Size(33, 65)}) {
    const Ab ab = noisy(size.width, size.height);
    const Plane lightness = noisy_lightness(size.width, size.height);
    const Ab got = upsample(ab, lightness, lightness);
    expect(difference(got.a, ab.a) < 1e-4 && difference(got.b, ab.b) < 1e-4, "%dx%d", size.width, size.height);
  }
}

static void test_where_lightness_is_flat_it_is_bilinear() {
  for (const auto& s : sizes) {
    const Ab ab = noisy(s.ab.width, s.ab.height);
    const Ab got = upsample(ab, Plane(s.seen, 50.0F), Plane(s.picture, 50.0F));
    // First to what the network saw, where that is finer than what it gave and the picture is fine enough to gain from
    // it.
    const bool twice = s.seen != s.ab && (s.picture.width > s.ab.width || s.picture.height > s.ab.height);
    for (const auto& [coarse, fine] : {std::pair{ab.a, got.a}, std::pair{ab.b, got.b}}) {
      const Plane middle = twice ? bilinear(coarse, s.seen.width, s.seen.height) : Plane(coarse);
      const double missed = difference(fine, bilinear(middle, s.picture.width, s.picture.height));
      expect(missed < 0.01, "%dx%d to %dx%d: %g", s.ab.width, s.ab.height, s.picture.width, s.picture.height, missed);
    }
  }
}

/// Two areas of L* 20 and 80 with a colour each.
static void test_colour_stops_at_an_edge_of_lightness() {
  const Plane seen = plane(64, 64, [](int x, int) { return x < 32 ? 20 : 80; });
  const Ab ab{plane(16, 16, [](int x, int) { return x < 8 ? -20 : 60; }),
              plane(16, 16, [](int x, int) { return x < 8 ? 40 : -40; })};
  const Plane lightness = plane(512, 512, [](int x, int) { return x < 256 ? 20 : 80; });
  const Ab got = upsample(ab, seen, lightness);
  Worst worst("a* on either side of an edge"), across("b*");
  for (int x = 0; x < 512; ++x) {
    worst.add(std::abs(got.a.at<float>(100, x) - (x < 256 ? -20 : 60)));
    across.add(std::abs(got.b.at<float>(100, x) - (x < 256 ? 40 : -40)));
  }
  worst.within(0.5);  // bilinear: 40
  across.within(0.5);
}

/// An edge inside a coarse sample, which is then a mixture of both sides: most of the bleeding has to go all the same.
static void test_an_edge_between_the_samples_bleeds_less_than_bilinear() {
  const auto right = [](double x, double y) { return x + 0.3 * y > 290; };  // of a picture of 512 x 512
  const auto share = [&](int x, int y, int side) {                          // of the right area in a coarser pixel
    const int part = 512 / side;
    double sum = 0;
    for (int v = 0; v < part; ++v)
      for (int u = 0; u < part; ++u) sum += right(x * part + u, y * part + v);
    return sum / (part * part);
  };
  const Plane seen = plane(64, 64, [&](int x, int y) { return 30 + 40 * share(x, y, 64); });
  const Plane truth = plane(512, 512, [&](int x, int y) { return right(x, y) ? 50 : -10; });
  const Ab ab{plane(16, 16, [&](int x, int y) { return -10 + 60 * share(x, y, 16); }), Plane(16, 16, 0.0F)};
  const Ab got = upsample(ab, seen, plane(512, 512, [&](int x, int y) { return right(x, y) ? 70 : 30; }));
  const double guided = cv::mean(cv::abs(got.a - truth))[0],
               plain = cv::mean(cv::abs(bilinear(ab.a, 512, 512) - truth))[0];
  g_test_message("mean error of a*: guided %.3f, bilinear %.3f", guided, plain);
  expect(guided < 0.4 * plain, "guided %g, bilinear %g", guided, plain);
}

static void test_stripes_do_not_change_the_result() {
  const Ab ab = noisy(16, 12);
  const Plane seen = noisy_lightness(64, 48), lightness = noisy_lightness(200, 151);
  const Ab one = upsample(ab, seen, lightness);
  for (int stripes = 2; stripes <= 5; ++stripes) {
    const Ab many = upsample(ab, seen, lightness, stripes);
    expect(difference(one.a, many.a) == 0 && difference(one.b, many.b) == 0, "%d stripes", stripes);
  }
}

/// One object through a film whose network or size changes gives what a new one does.
static void test_nothing_is_left_of_the_sizes_before() {
  Upsampling used;
  for (int round = 0; round < 2; ++round)
    for (const auto& first : sizes)
      for (const auto& s : sizes) {
        const Plane before = noisy_lightness(first.picture.width, first.picture.height);
        used.prepare(noisy(first.ab.width, first.ab.height), noisy_lightness(first.seen.width, first.seen.height),
                     pixels(first.picture.width, first.picture.height), 1);
        all_rows(used, pixels(first.picture.width, first.picture.height), before, 1);

        const Ab ab = noisy(s.ab.width, s.ab.height);
        const Plane seen = noisy_lightness(s.seen.width, s.seen.height);
        const Plane lightness = noisy_lightness(s.picture.width, s.picture.height);
        used.prepare(ab, seen, pixels(s.picture.width, s.picture.height), 1);
        const Ab got = all_rows(used, pixels(s.picture.width, s.picture.height), lightness, 1);
        const Ab fresh = upsample(ab, seen, lightness);
        expect(difference(got.a, fresh.a) == 0 && difference(got.b, fresh.b) == 0, "%dx%d after %dx%d", s.ab.width,
               s.ab.height, first.ab.width, first.ab.height);
      }
}

/// The same, where only what the network gives has another size.
static void test_another_output_size_alone_is_seen() {
  const Plane seen = noisy_lightness(64, 64), lightness = noisy_lightness(200, 200);
  const Places places = pixels(200, 200);
  Upsampling used;
  for (const int side : {16, 8, 32, 64, 16}) {
    const Ab ab = noisy(side, side), fresh = upsample(ab, seen, lightness);
    used.prepare(ab, seen, places, 1);
    const Ab got = all_rows(used, places, lightness, 1);
    expect(difference(got.a, fresh.a) == 0, "side %d", side);
  }
}

static void test_an_axis_stays_on_the_picture() {
  for (const int coarse : {1, 2, 3, 16})
    for (const int fine : {1, 2, 5, 100}) {
      const Axis axis = Axis::make(fine, coarse, [&](int i) { return (i + 0.5) / fine; });
      for (int i = 0; i < fine; ++i) {
        const double position = axis.index[i] + static_cast<double>(axis.fraction[i]);
        const double wanted = std::clamp((i + 0.5) / fine * coarse - 0.5, 0.0, coarse - 1.0);
        expect(axis.index[i] >= 0 && axis.index[i] <= std::max(0, coarse - 2) && axis.fraction[i] >= 0 &&
                   axis.fraction[i] <= 1 && std::abs(position - wanted) < 1e-5,
               "%d of %d on %d: %g instead of %g", i, fine, coarse, position, wanted);
      }
    }
}

static void test_rows_of_two_fields_lie_where_their_field_says() {
  const Places woven{
      .width = 4, .height = 6, .x = 0, .y = 0.1, .step_x = 0.1, .step_y = 0.15, .woven = true, .field_y = 0.2};
  const double wanted[] = {0.1, 0.2, 0.4, 0.5, 0.7, 0.8};
  for (int row = 0; row < 6; ++row) g_assert_cmpfloat_with_epsilon(woven.row_y(row), wanted[row], 1e-12);
  const Places plain{.width = 4, .height = 6, .x = 0, .y = 0.1, .step_x = 0.1, .step_y = 0.15};
  for (int row = 0; row < 6; ++row) g_assert_cmpfloat_with_epsilon(plain.row_y(row), 0.1 + 0.15 * row, 1e-12);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/upsampling/a-constant-stays", test_a_constant_stays);
  g_test_add_func("/upsampling/no-new-colour-appears", test_no_new_colour_appears);
  g_test_add_func("/upsampling/equal-sizes-change-nothing", test_equal_sizes_change_nothing);
  g_test_add_func("/upsampling/where-lightness-is-flat-it-is-bilinear", test_where_lightness_is_flat_it_is_bilinear);
  g_test_add_func("/upsampling/colour-stops-at-an-edge-of-lightness", test_colour_stops_at_an_edge_of_lightness);
  g_test_add_func("/upsampling/an-edge-between-the-samples-bleeds-less-than-bilinear",
                  test_an_edge_between_the_samples_bleeds_less_than_bilinear);
  g_test_add_func("/upsampling/stripes-do-not-change-the-result", test_stripes_do_not_change_the_result);
  g_test_add_func("/upsampling/nothing-is-left-of-the-sizes-before", test_nothing_is_left_of_the_sizes_before);
  g_test_add_func("/upsampling/another-output-size-alone-is-seen", test_another_output_size_alone_is_seen);
  g_test_add_func("/upsampling/an-axis-stays-on-the-picture", test_an_axis_stays_on_the_picture);
  g_test_add_func("/upsampling/rows-of-two-fields-lie-where-their-field-says",
                  test_rows_of_two_fields_lie_where_their_field_says);
  return g_test_run();
}
