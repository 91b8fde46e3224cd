// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "colourtable.h"
#include "reference.h"

using colorize::ColourTable;
using colorize::Primaries;
using reference::both_primaries, reference::matrices, reference::Triple;

/// Tones and a*b* between the entries of the table, over all that it holds.
template <typename Visit>
static void visit_grid(const Visit& visit) {
  for (int t = 0; t <= 17; ++t)
    for (int u = 0; u <= 17; ++u)
      for (int v = 0; v <= 17; ++v) visit(15 * t, -127 + 14.5 * u + 0.4 * v, -127 + 14.5 * v + 0.4 * u);
}

static double distance(const ColourTable::Entry& one, const ColourTable::Entry& other) {
  double worst = 0;
  for (int i = 0; i < 4; ++i) worst = std::max(worst, std::abs(static_cast<double>(one[i]) - other[i]));
  return worst;
}

/// What a table stands for, in the tests' own words.
struct Kind {
  std::string name;
  const ColourTable& table;
  std::function<ColourTable::Entry(double tone, double a, double b)> exact;
  std::function<Triple(double tone, double a, double b)> unlimited;            ///< R'G'B' in the gamut or not
  std::function<Triple(double tone, const ColourTable::Entry& entry)> rgb_of;  ///< R'G'B' 0..1 of an entry
  Primaries primaries;
};

static std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const auto p : both_primaries) {
    all.push_back({std::string("RGB, ") + reference::name(p), ColourTable::rgb(p),
                   [=](double t, double a, double b) { return ColourTable::exact_rgb(t, a, b, p); },
                   [=](double t, double a, double b) {
                     return reference::rgb_of_lab({reference::lightness_of_gray(t / 255), a, b}, p);
                   },
                   [](double t, const ColourTable::Entry& e) { return Triple(t + e[0], t + e[1], t + e[2]) / 255; },
                   p});
    for (const auto m : matrices)
      all.push_back({std::string(reference::name(m)) + ", " + reference::name(p), ColourTable::yuv(m, p),
                     [=](double t, double a, double b) { return ColourTable::exact_yuv(t, a, b, m, p); },
                     [=](double t, double a, double b) { return reference::rgb_at_luma(t / 255, a, b, m, p); },
                     [=](double t, const ColourTable::Entry& e) {
                       return reference::rgb_of_ycbcr(Triple(t, e[0], e[1]) / 255, m);
                     },
                     p});
  }
  return all;
}

/// Whether all corners of the table's cell lie inside the gamut, so that colour has no fold in it.
static bool inside(const Kind& kind, double tone, double a, double b) {
  const auto down = [](double v) { return 4 * std::floor(v / 4); };
  for (const double t : {std::min(255.0, down(tone) + 4), down(tone)})
    for (const double u : {down(a), down(a) + 4})
      for (const double v : {down(b), down(b) + 4})
        if (!reference::in_gamut(kind.unlimited(t, u, v))) return false;
  return true;
}

/// Differences in units of L*a*b*: a code says little, for near black a channel takes ten of them where the eye sees
/// none.
static void test_fast_path_equals_plain_path() {
  for (const auto& kind : kinds()) {
    Worst smooth(kind.name + ": difference inside the gamut"), anywhere("anywhere"), codes("anywhere, in codes");
    visit_grid([&](double tone, double a, double b) {
      const auto fast = kind.table(static_cast<float>(tone), static_cast<float>(a), static_cast<float>(b));
      const auto plain = kind.exact(tone, a, b);
      const double missed = cv::norm(reference::lab_of_rgb(kind.rgb_of(tone, fast), kind.primaries) -
                                     reference::lab_of_rgb(kind.rgb_of(tone, plain), kind.primaries));
      if (inside(kind, tone, a, b)) smooth.add(missed);
      anywhere.add(missed);
      codes.add(distance(fast, plain));
    });
    smooth.within(1);
    anywhere.within(40);
    codes.within(90);
    expect(anywhere.mean() < 0.25, "%s: on average %g", kind.name.c_str(), anywhere.mean());
  }
}

static void test_fast_path_keeps_lightness() {
  for (const auto primaries : both_primaries) {
    Worst worst(std::string("L*, ") + reference::name(primaries));
    visit_grid([&](double tone, double a, double b) {
      const auto entry =
          ColourTable::rgb(primaries)(static_cast<float>(tone), static_cast<float>(a), static_cast<float>(b));
      const Triple rgb = Triple(tone + entry[0], tone + entry[1], tone + entry[2]) / 255;
      worst.add(std::abs(reference::lab_of_rgb(rgb, primaries)[0] - reference::lightness_of_gray(tone / 255)));
    });
    worst.within(0.6);
  }
}

static void test_plain_path_gives_the_colours_of_the_standards() {
  for (const auto& kind : kinds()) {
    Worst worst(kind.name);
    for (int tone = 0; tone <= 255; tone += 17)
      for (int a = -120; a <= 120; a += 24)
        for (int b = -120; b <= 120; b += 24) {
          const auto got = kind.rgb_of(tone, kind.exact(tone, a, b));
          const auto wanted =
              reference::within_gamut([&](double share) { return kind.unlimited(tone, share * a, share * b); });
          worst.add(255 * cv::norm(got - wanted.rgb, cv::NORM_INF));
        }
    worst.within(0.05);  // codes
  }
}

/// Beyond the gamut: lightness and hue stay, chroma goes as far as it can. Asked of the exact colour, which the table
/// is compared with above, by what it looks like.
static void test_colours_outside_the_gamut_keep_lightness_and_hue() {
  for (const auto primaries : both_primaries) {
    Worst lightness(std::string("L*, ") + reference::name(primaries)), turned("degrees of hue"),
        outside("outside 0..1");
    for (int tone = 5; tone <= 250; tone += 7)
      for (int h = 0; h < 360; h += 15) {
        const double a = 125 * std::cos(h * CV_PI / 180), b = 125 * std::sin(h * CV_PI / 180);
        const auto entry = ColourTable::exact_rgb(tone, a, b, primaries);
        const Triple rgb((tone + entry[0]) / 255.0, (tone + entry[1]) / 255.0, (tone + entry[2]) / 255.0);
        const auto lab = reference::lab_of_rgb(rgb, primaries);
        lightness.add(std::abs(lab[0] - reference::lightness_of_gray(tone / 255.0)));
        if (reference::chroma(lab) > 2) turned.add(reference::hue_difference(reference::hue(lab), h));
        for (const double v : rgb.val) outside.add(std::max({0.0, -v, v - 1}));
        // More of it would not fit.
        const double more = reference::chroma(lab) + 1;
        if (more < 125) {
          const auto next = reference::rgb_of_lab({lab[0], more * a / 125, more * b / 125}, primaries);
          expect(std::ranges::any_of(next.val, [](double v) { return v < -1e-6 || v > 1 + 1e-6; }),
                 "tone %d hue %d: chroma %g given, but %g would fit", tone, h, more - 1, more);
        }
      }
    lightness.within(0.02);
    turned.within(0.2);
    outside.within(1e-5);
  }
}

static void test_no_colour_is_exactly_gray_at_every_tone() {
  const auto zero = [](const ColourTable& table, const char* what) {
    for (int i = 0; i <= 255 * 16; ++i)
      expect(distance(table(static_cast<float>(i) / 16, 0, 0), ColourTable::Entry{}) == 0, "%s, tone %g", what,
             i / 16.0);
  };
  for (const auto primaries : both_primaries) {
    zero(ColourTable::rgb(primaries), "RGB");
    for (const auto matrix : matrices) zero(ColourTable::yuv(matrix, primaries), reference::name(matrix));
  }
}

static void test_black_and_white_take_no_colour() {
  for (const auto& kind : kinds()) {
    Worst plain(kind.name + ", plain"), fast("fast");
    for (const double tone : {0.0, 255.0})
      for (int h = 0; h < 360; h += 5) {
        const double a = 60 * std::cos(h * CV_PI / 180), b = 60 * std::sin(h * CV_PI / 180);
        plain.add(distance(kind.exact(tone, a, b), ColourTable::Entry{}));
        fast.add(distance(kind.table(static_cast<float>(tone), static_cast<float>(a), static_cast<float>(b)),
                          ColourTable::Entry{}));
      }
    plain.within(0.05);
    fast.within(0.05);
  }
}

static void test_ab_beyond_the_table_is_clamped() {
  const auto& table = ColourTable::rgb(colorize::Primaries::bt709);
  const struct {
    float a, b, inside_a, inside_b;
  } cases[] = {{500, 0, 128, 0}, {-500, 3, -128, 3}, {7, 1e9F, 7, 128}, {0, -129, 0, -128}, {1e30F, -1e30F, 128, -128}};
  for (const auto& c : cases)
    expect(distance(table(99, c.a, c.b), table(99, c.inside_a, c.inside_b)) == 0, "a* %g b* %g", c.a, c.b);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/colourtable/fast-path-equals-plain-path", test_fast_path_equals_plain_path);
  g_test_add_func("/colourtable/fast-path-keeps-lightness", test_fast_path_keeps_lightness);
  g_test_add_func("/colourtable/plain-path-gives-the-colours-of-the-standards",
                  test_plain_path_gives_the_colours_of_the_standards);
  g_test_add_func("/colourtable/colours-outside-the-gamut-keep-lightness-and-hue",
                  test_colours_outside_the_gamut_keep_lightness_and_hue);
  g_test_add_func("/colourtable/no-colour-is-exactly-gray-at-every-tone", test_no_colour_is_exactly_gray_at_every_tone);
  g_test_add_func("/colourtable/black-and-white-take-no-colour", test_black_and_white_take_no_colour);
  g_test_add_func("/colourtable/ab-beyond-the-table-is-clamped", test_ab_beyond_the_table_is_clamped);
  return g_test_run();
}
