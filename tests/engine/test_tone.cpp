// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "picture.h"
#include "reference.h"
#include "tone.h"

using colorize::Range, colorize::ToneOfRgb;
using reference::both_primaries;

static void test_tone_undoes_the_range_and_clamps_beyond_it() {
  const auto& limited = colorize::tone_of_luma(Range::limited);
  const auto& full = colorize::tone_of_luma(Range::full);
  for (int i = 0; i < 256; ++i) {
    g_assert_cmpfloat(full[i], ==, static_cast<float>(i));
    g_assert_cmpfloat_with_epsilon(limited[i], std::clamp((i - 16) / 219.0, 0.0, 1.0) * 255, 1e-4);
  }
  g_assert_cmpfloat(limited[16], ==, 0);
  g_assert_cmpfloat(limited[235], ==, 255);
  g_assert_cmpfloat(limited[0], ==, 0);
  g_assert_cmpfloat(limited[255], ==, 255);
}

static void test_lightness_of_a_tone_is_that_of_its_gray() {
  Worst worst("L* of tone");
  for (int i = 0; i < 256; ++i)
    worst.add(std::abs(colorize::lightness_of_tone()[i] - reference::lightness_of_gray(i / 255.0)));
  worst.within(1e-4);
}

static void test_gray_pixels_keep_their_value_exactly() {
  for (const auto primaries : both_primaries)
    for (int i = 0; i < 256; ++i) g_assert_cmpfloat(ToneOfRgb::of(primaries)(i, i, i), ==, static_cast<float>(i));
}

static void test_a_coloured_pixel_has_the_tone_of_the_gray_as_light() {
  for (const auto primaries : both_primaries) {
    Worst lightness(std::string("L*, ") + reference::name(primaries));
    const auto check = [&](int r, int g, int b) {
      const double wanted = reference::lab_of_rgb({r / 255.0, g / 255.0, b / 255.0}, primaries)[0];
      lightness.add(std::abs(reference::lightness_of_gray(ToneOfRgb::of(primaries)(r, g, b) / 255.0) - wanted));
    };
    for (int r = 0; r < 256; r += 15)
      for (int g = 0; g < 256; g += 15)
        for (int b = 0; b < 256; b += 15) check(r, g, b);
    for (int i = 0; i < 256; ++i) check(i, 0, 0), check(0, i, 0), check(0, 0, i);  // the dark, where a root is steep
    lightness.within(0.02);
  }
}

static void test_the_tone_plane_of_gray_and_yuv_is_their_own_memory() {
  for (const auto& format : {gray8, i420, nv12, y444}) {
    Picture picture(format, 7, 3);
    picture.frame.range = Range::limited;
    cv::Mat buffer;
    const cv::Mat plane = colorize::tone_plane(picture.frame, buffer);
    g_assert_true(plane.data == picture.frame.components[0].data && buffer.empty());
    g_assert_cmpint(plane.cols, ==, 7);
    g_assert_cmpint(plane.rows, ==, 3);
    g_assert_cmpuint(plane.step, ==, static_cast<guint>(picture.frame.components[0].stride));
    g_assert_true(colorize::tone_range(picture.frame) == Range::limited);
  }
}

static void test_the_tone_plane_of_rgb_is_the_nearest_gray() {
  for (const auto& format : {rgb, bgr, rgbx, bgrx}) {
    Picture picture(format, 33, 17);
    picture.paint([](int c, int x, int y) { return noise(x, y, c); });
    const auto before = picture.samples();
    cv::Mat buffer;
    const cv::Mat plane = colorize::tone_plane(picture.frame, buffer);
    Worst worst(format.name);
    for (int y = 0; y < 17; ++y)
      for (int x = 0; x < 33; ++x) {
        const reference::Triple rgb(picture.at(0, x, y) / 255.0, picture.at(1, x, y) / 255.0,
                                    picture.at(2, x, y) / 255.0);
        const double gray = reference::gray_of_rgb(rgb, colorize::Primaries::bt709);
        worst.add(std::abs(plane.at<std::uint8_t>(y, x) - 255 * gray));
      }
    worst.within(0.51);  // the nearest whole one, and a table's grain
    g_assert_true(picture.samples() == before && picture.guards_stand());
    g_assert_true(colorize::tone_range(picture.frame) == Range::full);
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/tone/undoes-the-range-and-clamps-beyond-it", test_tone_undoes_the_range_and_clamps_beyond_it);
  g_test_add_func("/tone/lightness-of-a-tone-is-that-of-its-gray", test_lightness_of_a_tone_is_that_of_its_gray);
  g_test_add_func("/tone/gray-pixels-keep-their-value-exactly", test_gray_pixels_keep_their_value_exactly);
  g_test_add_func("/tone/a-coloured-pixel-has-the-tone-of-the-gray-as-light",
                  test_a_coloured_pixel_has_the_tone_of_the_gray_as_light);
  g_test_add_func("/tone/the-plane-of-gray-and-yuv-is-their-own-memory",
                  test_the_tone_plane_of_gray_and_yuv_is_their_own_memory);
  g_test_add_func("/tone/the-plane-of-rgb-is-the-nearest-gray", test_the_tone_plane_of_rgb_is_the_nearest_gray);
  return g_test_run();
}
