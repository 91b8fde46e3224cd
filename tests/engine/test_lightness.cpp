// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "lightness.h"
#include "picture.h"
#include "reference.h"

using colorize::Frame, colorize::Lightness, colorize::Range;

/// L* of a code of Y' in a range.
static double lightness_of_code(int code, Range range, int depth = 8) {
  return reference::lightness_of_gray(
      std::clamp(reference::ycbcr_of_codes({double(code), 0, 0}, range, depth)[0], 0.0, 1.0));
}

/// A gray picture of codes of 8 bits, or of more.
static Frame gray_of(const cv::Mat& codes, Range range, int depth = 8) {
  Frame frame;
  frame.width = codes.cols, frame.height = codes.rows;
  frame.depth = depth, frame.range = range;
  frame.components[0] = {codes.data, static_cast<std::ptrdiff_t>(codes.step), static_cast<int>(codes.elemSize()),
                         codes.cols, codes.rows};
  return frame;
}

/// Codes in memory whose rows are longer than they are wide, as a frame's are.
template <typename Sample = std::uint8_t>
static cv::Mat codes(int width, int height, const std::function<int(int x, int y)>& code) {
  const cv::Mat wide(height, width + 3, cv::DataType<Sample>::type, cv::Scalar(255));
  cv::Mat plane = wide(cv::Rect(0, 0, width, height));
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) plane.at<Sample>(y, x) = static_cast<Sample>(code(x, y));
  return plane;
}

/// The mean L* over the part of the picture that a pixel of `size` covers, in double precision.
static cv::Mat_<double> area_mean(const cv::Mat_<int>& code, Range range, int depth, cv::Size size) {
  cv::Mat_<double> mean(size);
  const double sx = static_cast<double>(code.cols) / size.width, sy = static_cast<double>(code.rows) / size.height;
  const auto overlap = [](int i, double begin, double end) {
    return std::min(i + 1.0, end) - std::max<double>(i, begin);
  };
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      double sum = 0, area = 0;
      for (int v = static_cast<int>(y * sy); v < std::min<double>(code.rows, (y + 1) * sy); ++v)
        for (int u = static_cast<int>(x * sx); u < std::min<double>(code.cols, (x + 1) * sx); ++u) {
          const double part = overlap(v, y * sy, (y + 1) * sy) * overlap(u, x * sx, (x + 1) * sx);
          sum += part * lightness_of_code(code(v, u), range, depth), area += part;
        }
      mean(y, x) = sum / area;
    }
  return mean;
}

static int scene(int x, int y) {
  const bool ball = std::hypot(x - 70, y - 40) < 25;
  return std::clamp((ball ? 190 : 60 + y / 2) + noise(x, y) % 25, 16, 235);
}

static void test_a_flat_picture_has_the_lightness_of_its_code_at_every_size() {
  Lightness lightness;
  for (const auto range : reference::ranges) {
    Worst worst(reference::name(range));
    for (int code = 0; code < 256; ++code)
      for (const cv::Size size : {cv::Size(32, 32), cv::Size(7, 5), cv::Size(96, 64), cv::Size(1, 1)}) {
        const auto& got = lightness.measure(gray_of(codes(41, 23, [&](int, int) { return code; }), range), size);
        g_assert_true(got.size() == size && got.type() == CV_32F);
        worst.add(cv::norm(got - lightness_of_code(code, range), cv::NORM_INF));
      }
    for (const int depth : {10, 12, 16})
      for (int code = 0; code < 1 << depth; code += (1 << depth) / 501) {
        const auto& got = lightness.measure(
            gray_of(codes<std::uint16_t>(41, 23, [&](int, int) { return code; }), range, depth), {32, 32});
        worst.add(cv::norm(got - lightness_of_code(code, range, depth), cv::NORM_INF));
      }
    worst.within(0.005);
  }
}

static void test_shrinking_takes_the_mean_of_the_area() {
  const struct {
    cv::Size picture, size;
    double budget;
    int depth = 8;
  } cases[] = {
      // To half and less far everything is done in float.
      {{128, 96}, {128, 96}, 0.001},
      {{128, 96}, {64, 48}, 0.001},
      {{120, 90}, {96, 64}, 0.001},
      // Beyond that codes are averaged first, and their mean is not quite that of L*.
      {{512, 384}, {64, 48}, 0.8},
      {{333, 217}, {64, 32}, 0.8},
      {{1000, 9}, {64, 9}, 0.8},
      {{120, 90}, {96, 64}, 0.003, 10},
      {{333, 217}, {64, 32}, 0.7, 10},
      {{333, 217}, {64, 32}, 0.7, 16},
  };
  Lightness lightness;
  for (const auto range : reference::ranges)
    for (const auto& c : cases) {
      const auto code = [&](int x, int y) { return ((scene(x, y) << 8) + noise(x, y, 1)) >> (16 - c.depth); };
      const cv::Mat plane = c.depth > 8 ? codes<std::uint16_t>(c.picture.width, c.picture.height, code)
                                        : codes(c.picture.width, c.picture.height, code);
      const cv::Mat_<double> wanted = area_mean(plane, range, c.depth, c.size);
      cv::Mat got;
      lightness.measure(gray_of(plane, range, c.depth), c.size).convertTo(got, CV_64F);
      Worst worst(std::to_string(c.depth) + " bits from " + std::to_string(c.picture.width) + "x" +
                  std::to_string(c.picture.height) + " to " + std::to_string(c.size.width) + "x" +
                  std::to_string(c.size.height));
      worst.add(cv::norm(got - wanted, cv::NORM_INF));
      worst.within(c.budget);
    }
}

static void test_fine_detail_comes_out_as_its_mean_and_not_as_a_pattern() {
  Lightness lightness;
  const auto& got = lightness.measure(
      gray_of(codes(640, 480, [](int x, int y) { return (x + y) % 2 ? 110 : 150; }), Range::full), {50, 37});
  double low = 0, high = 0;
  cv::minMaxLoc(got, &low, &high);
  g_test_message("L* of a checkerboard of 110 and 150: %g to %g", low, high);
  expect(high - low < 1, "L* of a checkerboard runs from %g to %g", low, high);
  expect(std::abs(low - reference::lightness_of_gray(130 / 255.0)) < 1, "L* of a checkerboard is %g", low);
}

static void test_enlarging_is_linear() {
  Lightness lightness;
  const cv::Mat tone = codes(2, 2, [](int x, int y) { return x ? 200 : y ? 90 : 30; });
  const auto& got = lightness.measure(gray_of(tone, Range::full), {32, 32});
  for (int y = 0; y < 32; ++y)
    for (int x = 0; x < 32; ++x) {
      const double u = std::clamp((x + 0.5) / 16 - 0.5, 0.0, 1.0), v = std::clamp((y + 0.5) / 16 - 0.5, 0.0, 1.0);
      const auto l = [&](int i, int j) { return lightness_of_code(tone.at<std::uint8_t>(j, i), Range::full); };
      const double wanted = (l(0, 0) * (1 - u) + l(1, 0) * u) * (1 - v) + (l(0, 1) * (1 - u) + l(1, 1) * u) * v;
      expect(std::abs(got.at<float>(y, x) - wanted) < 0.1, "at %d %d: %g instead of %g", x, y, got.at<float>(y, x),
             wanted);
    }
}

static void test_every_shape_of_picture_gives_lightness_within_its_own() {
  Lightness lightness;
  for (const cv::Size picture : {cv::Size(1, 1), cv::Size(1, 500), cv::Size(500, 1), cv::Size(3, 2), cv::Size(640, 5)})
    for (const cv::Size size : {cv::Size(64, 64), cv::Size(32, 256), cv::Size(1, 1)}) {
      const cv::Mat tone = codes(picture.width, picture.height, [](int x, int y) { return 60 + noise(x, y) % 100; });
      double low = 0, high = 0;
      cv::minMaxLoc(lightness.measure(gray_of(tone, Range::full), size), &low, &high);
      expect(low >= lightness_of_code(60, Range::full) - 0.01 && high <= lightness_of_code(159, Range::full) + 0.01,
             "%dx%d to %dx%d: L* %g to %g", picture.width, picture.height, size.width, size.height, low, high);
    }
}

/// However its samples lie in memory: beside those of other components, at odd addresses, with zeros below.
static void test_every_layout_of_the_same_gray_has_the_same_lightness() {
  const auto scene_of_8_bits = [](int x, int y) { return scene(x, y); };
  for (const cv::Size size : {cv::Size(64, 48), cv::Size(32, 32)})
    for (const auto& format : colour_formats) {
      Lightness lightness;
      const auto measured = [&](const Format& layout) {
        Picture picture(layout, 203, 117);
        picture.paint_gray(scene_of_8_bits);
        const cv::Mat got = lightness.measure(picture.frame, size).clone();
        g_assert_true(picture.guards_stand());
        return got;
      };
      const Format like = format.layout == Layout::rgb ? gray8 : deep("gray", gray8, format.depth);
      // Means of more bits are cut to 16 in another place.
      const double budget = format.shift > 0 ? 0.005 : 0;
      const double apart = cv::norm(measured(format), measured(like), cv::NORM_INF);
      expect(apart <= budget, "%s at %dx%d: %g from gray", format.name, size.width, size.height, apart);
    }
}

/// Of the mean colour of an area, which is that of its pixels where these are alike.
static void test_an_rgb_picture_has_the_lightness_of_the_gray_as_light() {
  for (const auto& format : {rgb, bgr, rgbx, bgrx})
    for (const auto primaries : reference::both_primaries) {
      Picture picture(format, 96, 64);
      picture.frame.primaries = primaries;
      const auto colour = [](int c, int x, int y) { return noise(x / 12, y / 8, c); };
      picture.paint(colour);
      Lightness lightness;
      const cv::Mat& got = lightness.measure(picture.frame, {8, 8});
      Worst worst(std::string("L* of ") + format.name + ", " + reference::name(primaries));
      for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x) {
          const auto share = [&](int c) { return colour(c, 12 * x, 8 * y) / 255.0; };
          worst.add(
              std::abs(got.at<float>(y, x) - reference::lab_of_rgb({share(0), share(1), share(2)}, primaries)[0]));
        }
      worst.within(0.05);
    }
}

static void test_the_same_size_again_takes_no_new_memory() {
  Lightness lightness;
  const cv::Mat tone = codes(320, 240, scene);
  const auto* before = lightness.measure(gray_of(tone, Range::full), {64, 48}).data;
  g_assert_true(lightness.measure(gray_of(tone, Range::full), {64, 48}).data == before);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/lightness/a-flat-picture-has-the-lightness-of-its-code-at-every-size",
                  test_a_flat_picture_has_the_lightness_of_its_code_at_every_size);
  g_test_add_func("/lightness/shrinking-takes-the-mean-of-the-area", test_shrinking_takes_the_mean_of_the_area);
  g_test_add_func("/lightness/fine-detail-comes-out-as-its-mean-and-not-as-a-pattern",
                  test_fine_detail_comes_out_as_its_mean_and_not_as_a_pattern);
  g_test_add_func("/lightness/enlarging-is-linear", test_enlarging_is_linear);
  g_test_add_func("/lightness/every-shape-of-picture-gives-lightness-within-its-own",
                  test_every_shape_of_picture_gives_lightness_within_its_own);
  g_test_add_func("/lightness/every-layout-of-the-same-gray-has-the-same-lightness",
                  test_every_layout_of_the_same_gray_has_the_same_lightness);
  g_test_add_func("/lightness/an-rgb-picture-has-the-lightness-of-the-gray-as-light",
                  test_an_rgb_picture_has_the_lightness_of_the_gray_as_light);
  g_test_add_func("/lightness/the-same-size-again-takes-no-new-memory", test_the_same_size_again_takes_no_new_memory);
  return g_test_run();
}
