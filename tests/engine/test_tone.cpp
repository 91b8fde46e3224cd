// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "picture.h"
#include "reference.h"
#include "tone.h"

using colorize::Range, colorize::ToneOfLuma, colorize::ToneOfRgb;
using reference::both_primaries;

static void test_tone_undoes_range_depth_and_shift_and_clamps_beyond() {
  for (const auto& format : {gray8, i420, i420_10, p010, p012, i420_12, y444_16})
    for (const auto range : reference::ranges) {
      Picture picture(format, 1, 1);
      picture.frame.range = range;
      const auto tone = ToneOfLuma::of(picture.frame);
      for (int code = 0; code < 256 * format.unit(); code += std::max(1, format.unit() / 16)) {
        const double luma = reference::ycbcr_of_codes({double(code), 0, 0}, range, format.depth)[0];
        g_assert_cmpfloat_with_epsilon(tone(code << format.shift), 255 * std::clamp(luma, 0.0, 1.0), 1e-9);
      }
      const double black = range == Range::limited ? 16 : 0, white = range == Range::limited ? 235 : 256;
      g_assert_cmpfloat(tone(black * format.unit() * (1 << format.shift)), ==, 0);
      g_assert_cmpfloat(tone((white * format.unit() - (range == Range::full)) * (1 << format.shift)), ==, 255);
    }
}

static void test_lightness_of_a_tone_is_that_of_its_gray() {
  Worst worst("L* of tone");
  for (int i = 0; i < 256; ++i)
    worst.add(std::abs(colorize::lightness_of_tone()[i] - reference::lightness_of_gray(i / 255.0)));
  worst.within(1e-4);
  Worst within("L* between whole tones");
  for (int i = 0; i <= 255 * 16; ++i)
    within.add(std::abs(colorize::between(colorize::lightness_of_tone(), static_cast<float>(i) / 16) -
                        reference::lightness_of_gray(i / 16.0 / 255)));
  within.within(0.01);
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

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/tone/undoes-range-depth-and-shift-and-clamps-beyond",
                  test_tone_undoes_range_depth_and_shift_and_clamps_beyond);
  g_test_add_func("/tone/lightness-of-a-tone-is-that-of-its-gray", test_lightness_of_a_tone_is_that_of_its_gray);
  g_test_add_func("/tone/gray-pixels-keep-their-value-exactly", test_gray_pixels_keep_their_value_exactly);
  g_test_add_func("/tone/a-coloured-pixel-has-the-tone-of-the-gray-as-light",
                  test_a_coloured_pixel_has_the_tone_of_the_gray_as_light);
  return g_test_run();
}
