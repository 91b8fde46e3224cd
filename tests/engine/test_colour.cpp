// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "colour.h"
#include "reference.h"

namespace colour = colorize::colour;
using reference::both_primaries, reference::matrices;

static colour::Triple triple(const reference::Triple& v) { return {v[0], v[1], v[2]}; }

static double difference(const colour::Triple& one, const reference::Triple& other) {
  return std::max({std::abs(one[0] - other[0]), std::abs(one[1] - other[1]), std::abs(one[2] - other[2])});
}

static reference::Triple encoded(const colour::Triple& linear) {
  return {colour::from_linear(linear[0]), colour::from_linear(linear[1]), colour::from_linear(linear[2])};
}

static colour::Triple linear(double r, double g, double b) {
  return {colour::to_linear(r), colour::to_linear(g), colour::to_linear(b)};
}

static void test_srgb_has_its_known_values_and_turns_back() {
  const struct {
    double encoded, linear;
  } known[] = {{0, 0}, {1, 1}, {0.5, 0.21404114}, {0.04045, 0.0031308}, {0.02, 0.02 / 12.92}, {-0.5, -0.21404114}};
  for (const auto& k : known) {
    g_assert_cmpfloat_with_epsilon(colour::to_linear(k.encoded), k.linear, 1e-7);
    g_assert_cmpfloat_with_epsilon(colour::from_linear(k.linear), k.encoded, 1e-7);
  }
  Worst turned("encoded, linear and encoded again"), other("against IEC 61966-2-1");
  for (int i = -300; i <= 300; ++i) {
    const double v = i / 200.0;
    turned.add(std::abs(colour::from_linear(colour::to_linear(v)) - v));
    other.add(std::abs(colour::to_linear(v) - reference::to_linear(v)));
  }
  turned.within(1e-9);
  other.within(1e-12);
}

static void test_lightness_has_its_known_values_and_turns_back() {
  const struct {
    double luminance, lightness;
  } known[] = {{0, 0}, {1, 100}, {0.18418651851244416, 50}, {216.0 / 24389, 8}, {0.18, 49.496}};
  for (const auto& k : known) {
    g_assert_cmpfloat_with_epsilon(colour::lightness(k.luminance), k.lightness, 1e-3);
    g_assert_cmpfloat_with_epsilon(colour::luminance(k.lightness), k.luminance, 1e-5);
  }
  Worst turned("L*, Y and L* again");
  for (int i = 0; i <= 1000; ++i) turned.add(std::abs(colour::lightness(colour::luminance(i / 10.0)) - i / 10.0));
  turned.within(1e-9);
}

static void test_primary_colours_have_their_known_lab() {
  const struct {
    double r, g, b, lightness, a, b_star;  // of sRGB, as every colour calculator gives them
  } known[] = {{1, 0, 0, 53.24, 80.09, 67.20},
               {0, 1, 0, 87.73, -86.18, 83.18},
               {0, 0, 1, 32.30, 79.19, -107.86},
               {1, 1, 1, 100, 0, 0},
               {0, 0, 0, 0, 0, 0},
               {0.5, 0.5, 0.5, 53.39, 0, 0}};
  for (const auto& k : known) {
    const auto lab = colour::linear_rgb_to_lab(linear(k.r, k.g, k.b), colorize::Primaries::bt709);
    expect(difference(lab, {k.lightness, k.a, k.b_star}) < 0.02, "rgb %g %g %g is L*a*b* %g %g %g", k.r, k.g, k.b,
           lab[0], lab[1], lab[2]);
  }
}

static void test_lab_agrees_with_the_chromaticities_and_turns_back() {
  for (const auto primaries : both_primaries) {
    Worst lab(std::string("L*a*b*, ") + reference::name(primaries)), turned("R'G'B' again"),
        weights("weights of luminance");
    for (int r = 0; r <= 8; ++r)
      for (int g = 0; g <= 8; ++g)
        for (int b = 0; b <= 8; ++b) {
          const reference::Triple rgb(r / 8.0, g / 8.0, b / 8.0);
          const auto got = colour::linear_rgb_to_lab(linear(rgb[0], rgb[1], rgb[2]), primaries);
          lab.add(difference(got, reference::lab_of_rgb(rgb, primaries)));
          turned.add(difference(triple(encoded(colour::lab_to_linear_rgb(got, primaries))), rgb));
        }
    const auto y = colour::luminance_weights(primaries);
    for (int i = 0; i < 3; ++i) weights.add(std::abs(y[i] - reference::xyz_matrix(primaries)(1, i)));
    lab.within(5e-4);  // published matrices have seven digits
    turned.within(1e-9);
    weights.within(1e-6);
  }
}

static void test_gray_has_no_colour_whatever_the_primaries() {
  for (const auto primaries : both_primaries) {
    Worst worst(reference::name(primaries));
    for (int i = 0; i <= 255; ++i) {
      const auto lab = colour::linear_rgb_to_lab(linear(i / 255.0, i / 255.0, i / 255.0), primaries);
      worst.add(std::max(std::abs(lab[1]), std::abs(lab[2])));
      worst.add(std::abs(lab[0] - reference::lightness_of_gray(i / 255.0)));
    }
    worst.within(1e-4);
  }
}

static void test_luma_and_colour_differences_are_the_standards() {
  for (const auto matrix : matrices) {
    const auto w = colour::luma_weights(matrix);
    g_assert_cmpfloat_with_epsilon(w[0] + w[1] + w[2], 1, 1e-12);
    Worst worst(reference::name(matrix));
    for (int r = 0; r <= 4; ++r)
      for (int g = 0; g <= 4; ++g)
        for (int b = 0; b <= 4; ++b) {
          const reference::Triple rgb(r / 4.0, g / 4.0, b / 4.0);
          worst.add(difference(colour::linear_rgb_to_ycbcr(linear(rgb[0], rgb[1], rgb[2]), matrix),
                               reference::ycbcr_of_rgb(rgb, matrix)));
        }
    worst.within(1e-9);
  }
  // Colour bars of BT.601: pure blue has Cb = 0.5, pure red Cr = 0.5.
  const auto blue = colour::linear_rgb_to_ycbcr({0, 0, 1}, colorize::Matrix::bt601);
  g_assert_cmpfloat_with_epsilon(blue[0], 0.114, 1e-9);
  g_assert_cmpfloat_with_epsilon(blue[1], 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon(blue[2], -0.081312, 1e-5);
}

static void test_lightness_of_luma_finds_the_colour_with_that_luma() {
  for (const auto matrix : matrices)
    for (const auto primaries : both_primaries) {
      Worst luma(std::string(reference::name(matrix)) + ", " + reference::name(primaries)), gray("grays");
      for (int a = -120; a <= 120; a += 40)
        for (int b = -120; b <= 120; b += 40) {
          double before = -1000;
          for (int i = 0; i <= 32; ++i) {
            const double l = colour::lightness_of_luma(i / 32.0, a, b, matrix, primaries);
            const auto rgb = reference::rgb_of_lab({l, 1.0 * a, 1.0 * b}, primaries);
            luma.add(std::abs(reference::ycbcr_of_rgb(rgb, matrix)[0] - i / 32.0));
            expect(l > before, "a* %d b* %d: L* does not rise with luma at %d/32", a, b, i);
            before = l;
          }
        }
      for (int i = 0; i <= 255; ++i)
        gray.add(std::abs(colour::lightness_of_luma(i / 255.0, 0, 0, matrix, primaries) -
                          reference::lightness_of_gray(i / 255.0)));
      luma.within(1e-4);  // a fortieth of a code
      gray.within(1e-4);
    }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/colour/srgb-has-its-known-values-and-turns-back", test_srgb_has_its_known_values_and_turns_back);
  g_test_add_func("/colour/lightness-has-its-known-values-and-turns-back",
                  test_lightness_has_its_known_values_and_turns_back);
  g_test_add_func("/colour/primary-colours-have-their-known-lab", test_primary_colours_have_their_known_lab);
  g_test_add_func("/colour/lab-agrees-with-the-chromaticities-and-turns-back",
                  test_lab_agrees_with_the_chromaticities_and_turns_back);
  g_test_add_func("/colour/gray-has-no-colour-whatever-the-primaries", test_gray_has_no_colour_whatever_the_primaries);
  g_test_add_func("/colour/luma-and-colour-differences-are-the-standards",
                  test_luma_and_colour_differences_are_the_standards);
  g_test_add_func("/colour/lightness-of-luma-finds-the-colour-with-that-luma",
                  test_lightness_of_luma_finds_the_colour_with_that_luma);
  return g_test_run();
}
