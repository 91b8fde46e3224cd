// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "chroma.h"
#include "picture.h"
#include "reference.h"
#include "tone.h"

using colorize::Ab, colorize::Chroma, colorize::Frame, colorize::Matrix, colorize::Primaries, colorize::Range;
using reference::both_primaries, reference::matrices, reference::ranges, reference::Triple, reference::Wanted;

using Plane = cv::Mat_<float>;

static Plane plane(cv::Size size, const std::function<double(int x, int y)>& value) {
  Plane p(size);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) p(y, x) = static_cast<float>(value(x, y));
  return p;
}

static Ab constant(double a, double b, cv::Size size = {1, 1}) {
  return {Plane(size, static_cast<float>(a)), Plane(size, static_cast<float>(b))};
}

static void write(const Picture& picture, const Ab& ab, const cv::Mat& lightness, float keep = 0) {
  Chroma(picture.frame).write(picture.frame, ab, lightness, keep);
}
static void write(const Picture& picture, const Ab& ab, float keep = 0) {
  write(picture, ab, Plane(ab.size(), 50.0F), keep);
}

/// Y' 0..1 of a code.
static double luma_of_code(double code, const Frame& frame) {
  return std::clamp(reference::ycbcr_of_codes({code, 0, 0}, frame.range, frame.depth)[0], 0.0, 1.0);
}

/// Cb and Cr as codes that are not rounded, of the colour wanted at a luma.
static Triple wanted_codes(double luma, double a, double b, const Frame& frame) {
  const Wanted wanted = reference::wanted_at_luma(luma, a, b, frame.matrix, frame.primaries);
  return reference::codes_of_ycbcr(reference::ycbcr_of_rgb(wanted.rgb, frame.matrix), frame.range, frame.depth);
}

/// Whether the gamut holds all colours within a cell of the colour table around one, so that there is no fold near it.
static bool well_inside(const std::function<Triple(double tone, double a, double b)>& rgb_at, double tone, double a,
                        double b) {
  for (const double t : {tone - 4, tone + 4})
    for (const double u : {a - 4, a + 4})
      for (const double v : {b - 4, b + 4})
        if (!reference::in_gamut(rgb_at(t, u, v))) return false;
  return true;
}

/// 36 hues of one chroma.
static Ab hues(double chroma, cv::Size size) {
  const auto angle = [](int y) { return y * 10 * CV_PI / 180; };
  return {plane(size, [&](int, int y) { return chroma * std::cos(angle(y)); }),
          plane(size, [&](int, int y) { return chroma * std::sin(angle(y)); })};
}

/// Every matrix, range, set of primaries and depth: Cb and Cr are the nearest codes of the colour with this hue and
/// chroma and this luma, or with less chroma where there is none such; and seen as a colour again it is that.
static void test_yuv_gets_the_wanted_colour_at_its_own_luma() {
  constexpr double rounding = 0.5;  // codes
  constexpr double table = 0.55;    // codes of 8 bits
  constexpr double fold = 14;       // the table's entries are 4 apart, and a fold at the gamut's edge lies between them
  const cv::Size size(64, 36);
  const auto check = [&](const Format& format, double chroma, Matrix matrix, Primaries primaries, Range range) {
    Picture picture(format, size.width, size.height);
    picture.frame.matrix = matrix, picture.frame.primaries = primaries, picture.frame.range = range;
    picture.paint_gray([](int x, int) { return 4 * x + 1.25; });
    const auto luma = picture.samples(0);
    const Ab ab = hues(chroma, size);
    write(picture, ab, Plane(size, 50.0F));

    Worst inside("codes inside the gamut"), edge("codes at its edge and beyond"), colour("a*b* inside"),
        hue("hue beyond");
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; x += 3) {
        const double l = luma_of_code(picture.at(0, x, y), picture.frame), a = ab.a.at<float>(y, x),
                     b = ab.b.at<float>(y, x);
        const Wanted wanted = reference::wanted_at_luma(l, a, b, matrix, primaries);
        const Triple codes =
            reference::codes_of_ycbcr(reference::ycbcr_of_rgb(wanted.rgb, matrix), range, format.depth);
        const Triple written(picture.at(0, x, y), picture.at(1, x, y), picture.at(2, x, y));
        const double missed = std::max(std::abs(written[1] - codes[1]), std::abs(written[2] - codes[2]));
        const auto rgb_at = [&](double tone, double u, double v) {
          return reference::rgb_at_luma(tone / 255, u, v, matrix, primaries);
        };
        const bool smooth = wanted.whole() && well_inside(rgb_at, 255 * l, a, b);
        (smooth ? inside : edge).add(missed);

        Triple ycbcr = reference::ycbcr_of_codes(written, range, format.depth);
        ycbcr[0] = l;
        const Triple lab = reference::lab_of_rgb(reference::rgb_of_ycbcr(ycbcr, matrix), primaries);
        // A channel with little light is many units of a*b* a code.
        if (smooth && std::ranges::all_of(wanted.rgb.val, [](double v) { return v > 0.15; }))
          colour.add(std::hypot(lab[1] - a, lab[2] - b));
        if (!wanted.whole() && reference::chroma(lab) > 20)
          hue.add(reference::hue_difference(reference::hue(lab), reference::hue({0, a, b})));
      }
    g_test_message("%s, chroma %g, %s, %s, %s range:", format.name, chroma, reference::name(matrix),
                   reference::name(primaries), reference::name(range));
    edge.within(rounding + fold * format.unit());
    if (chroma < 50) inside.within(rounding + table * format.unit()), colour.within(2);
    if (chroma > 50) hue.within(5);
    g_assert_true(picture.samples(0) == luma && picture.guards_stand());
  };
  for (const double chroma : {12.0, 30.0, 90.0})
    for (const auto matrix : matrices)
      for (const auto range : ranges) {
        for (const auto primaries : both_primaries) check(y444, chroma, matrix, primaries, range);
        for (const auto& format : {y444_10, y444_12, y444_16}) check(format, chroma, matrix, Primaries::bt709, range);
      }
}

/// Where luma or colour change by less than 8 bits can say, chroma goes with them: no step is higher than its rounding.
static void test_more_bits_have_no_steps_of_8_bits() {
  constexpr int width = 1024;
  for (const auto& format : {y444_10, y444_12})
    for (const auto range : ranges) {
      const auto no_steps = [&](const std::string& what, const Ab& ab, const cv::Mat& lightness,
                                const std::function<double(int x)>& code) {
        Picture picture(format, width, 1);
        picture.frame.range = range;
        picture.paint_gray([&](int x, int) { return code(x); });
        write(picture, ab, lightness);
        Worst bend(std::string(format.name) + ", " + reference::name(range) + ": bend of chroma along " + what);
        for (int c : {1, 2})
          for (int x = 1; x < width - 1; ++x)
            bend.add(std::abs(picture.at(c, x - 1, 0) - 2 * picture.at(c, x, 0) + picture.at(c, x + 1, 0)));
        bend.within(2);  // of three codes that are rounded; a step of 8 bits is 4 codes and more
      };
      const cv::Size two(2, 1);
      const Ab apart{plane(two, [](int x, int) { return 30 * x - 10; }),
                     plane(two, [](int x, int) { return 10 - 30 * x; })};
      no_steps("luma", constant(12, -8), Plane(1, 1, 50.0F), [](int x) { return 90 + x / 16.0; });
      no_steps("colour", apart, Plane(two, 50.0F), [](int) { return 120; });
      no_steps("colour that luma guides", apart, plane(two, [](int x, int) { return x ? 55 : 45; }),
               [](int x) { return 90 + x / 16.0; });
    }
}

static double lightness_of(const Picture& picture, int x, int y) {
  return reference::lab_of_rgb(Triple(picture.at(0, x, y), picture.at(1, x, y), picture.at(2, x, y)) / 255,
                               picture.frame.primaries)[0];
}

/// RGB, gray and coloured, all hues, chromas in the gamut and beyond: L* is that of the pixel before, a*b* the wanted
/// one's.
static void test_rgb_keeps_lightness_and_gets_the_wanted_colour() {
  for (const auto& format : {rgb, bgrx})  // the others hold the same, see below
    for (const auto primaries : both_primaries)
      for (const bool coloured : {false, true})
        for (const double chroma : {0.0, 15.0, 40.0, 120.0}) {
          const cv::Size size(64, 36);
          Picture picture(format, size.width, size.height);
          picture.frame.primaries = primaries;
          if (coloured)
            picture.paint([](int c, int x, int y) { return noise(x, y, c); });
          else
            picture.paint_gray([](int x, int) { return 4 * x + 2; });
          Plane before(size);
          for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x) before(y, x) = static_cast<float>(lightness_of(picture, x, y));
          const Ab ab = hues(chroma, size);
          write(picture, ab, Plane(size, 50.0F));

          Worst lightness(std::string(format.name) + ", chroma " + std::to_string(static_cast<int>(chroma)) + ": L*");
          Worst inside("codes inside the gamut"), edge("codes at its edge");
          for (int y = 0; y < size.height; ++y)
            for (int x = 0; x < size.width; ++x) {
              lightness.add(std::abs(lightness_of(picture, x, y) - before(y, x)));
              const double a = ab.a.at<float>(y, x), b = ab.b.at<float>(y, x);
              const auto rgb_at = [&](double tone, double u, double v) {
                return reference::rgb_of_lab({reference::lightness_of_gray(tone / 255), u, v}, primaries);
              };
              const Triple wanted = reference::rgb_of_lab({before(y, x), a, b}, primaries);
              if (!reference::in_gamut(wanted)) continue;
              const double tone = 255 * reference::from_linear(reference::f_inverse((before(y, x) + 16) / 116));
              const bool smooth = well_inside(rgb_at, tone, a, b);
              // A channel with little light has a steep curve, where codes differ that look the same.
              for (int c = 0; c < 3; ++c)
                if (wanted[c] > 0.1) (smooth ? inside : edge).add(std::abs(picture.at(c, x, y) - 255 * wanted[c]));
            }
          lightness.within(1);
          expect(lightness.mean() <= 0.3, "%s: mean of |dL*| is %g", format.name, lightness.mean());
          if (chroma > 0) edge.within(60);  // light yellow: from full chroma to none within a few tones of white
          if (chroma > 0 && chroma < 100) inside.within(0.5 + 1.25);
          if (chroma == 0)
            for (int y = 0; y < size.height; ++y)
              for (int x = 0; x < size.width; ++x)
                expect(picture.at(0, x, y) == picture.at(1, x, y) && picture.at(1, x, y) == picture.at(2, x, y),
                       "%s: no colour is not gray at %d %d", format.name, x, y);
          g_assert_true(picture.guards_stand());
        }
}

/// ab = 0 is gray to the bit: every tone, every format, every matrix and both ranges.
static void test_no_colour_is_exactly_gray() {
  for (const auto& format : colour_formats)
    for (const auto matrix : matrices)
      for (const auto range : ranges) {
        Picture picture(format, 51, 33);
        picture.frame.matrix = matrix, picture.frame.range = range;
        picture.paint_gray([](int x, int y) { return (x + 51 * y) & 255; });
        const auto before = picture.samples();
        write(picture, constant(0, 0));
        expect(picture.samples() == before, "%s, %s, %s range", format.name, reference::name(matrix),
               reference::name(range));
      }
}

/// Odd, tiny, long and thin pictures in rows that are longer than the picture.
static void test_nothing_but_chroma_is_written_at_any_size() {
  for (const auto& format : colour_formats)
    for (const cv::Size size :
         {cv::Size(1, 1), cv::Size(2, 1), cv::Size(1, 2), cv::Size(3, 3), cv::Size(2, 5), cv::Size(17, 9),
          cv::Size(1, 100), cv::Size(100, 1), cv::Size(64, 48), cv::Size(65, 47)})
      for (const bool interlaced : {false, true})
        for (const bool cosited : {false, true}) {
          Picture picture(format, size.width, size.height, 7);
          picture.frame.interlaced = interlaced, picture.frame.cosited_x = picture.frame.cosited_y = cosited;
          picture.paint_gray([](int x, int y) { return 60 + noise(x, y) % 120; });
          const auto luma = picture.samples(0);
          const Ab ab = constant(25, 20, {8, 8});
          write(picture, ab, Plane(cv::Size(16, 16), 50.0F));
          expect(picture.guards_stand(), "%s, %dx%d: bytes beside the picture were written", format.name, size.width,
                 size.height);
          if (format.layout != Layout::yuv) {
            for (int y = 0; y < size.height; ++y)
              for (int x = 0; x < size.width; ++x)
                expect(picture.at(0, x, y) > picture.at(1, x, y) && picture.at(1, x, y) > picture.at(2, x, y),
                       "%s, %dx%d: no orange at %d %d", format.name, size.width, size.height, x, y);
            continue;
          }
          expect(picture.samples(0) == luma, "%s, %dx%d: luma was written", format.name, size.width, size.height);
          for (const auto cb : picture.samples(1))
            expect(cb < 124 * format.unit(), "%s, %dx%d: Cb %d", format.name, size.width, size.height, cb);
          for (const auto cr : picture.samples(2))
            expect(cr > 132 * format.unit(), "%s, %dx%d: Cr %d", format.name, size.width, size.height, cr);
        }
}

static void test_formats_of_one_sampling_hold_the_same_colours() {
  const auto coloured = [](const Format& format, int padding) {
    Picture picture(format, 37, 23, padding);
    picture.paint_gray([](int x, int y) { return 20 + (x * 5 + y * 3) % 200; });
    write(picture, {plane({7, 5}, [](int x, int y) { return 10 * x - 8 * y; }),
                    plane({7, 5}, [](int x, int y) { return 9 * y - 5 * x; })});
    return picture.samples();
  };
  const auto planar = coloured(i420, 0), packed = coloured(rgb, 0);
  for (const auto& format : {yv12, nv12}) expect(coloured(format, 13) == planar, "%s is not I420", format.name);
  for (const auto& format : {nv16, yuy2, uyvy})
    expect(coloured(format, 13) == coloured(y42b, 0), "%s is not Y42B", format.name);
  for (const auto& [one, other] : {std::pair{i420_10, p010}, {i420_12, p012}})
    expect(coloured(one, 0) == coloured(other, 13), "%s is not %s", other.name, one.name);
  for (const auto& format : {bgr, rgbx, bgrx}) expect(coloured(format, 13) == packed, "%s is not RGB", format.name);
}

/// A slope of a* and b* across a flat gray: each chroma sample gets their value at its own place.
static void test_chroma_is_taken_where_its_samples_lie() {
  const cv::Size size(12, 12);
  const auto slope = [](double position) {
    return -20 + 40 * (position - 0.5) / 11;
  };  // 0.5: the middle of the first pixel
  const Ab ab{plane(size, [&](int x, int) { return slope(x + 0.5); }),
              plane(size, [&](int, int y) { return slope(y + 0.5); })};
  for (const auto& format : {i420, nv12, y42b, y444, i420_10, p010, i422_10})
    for (const bool cosited_x : {false, true})
      for (const bool cosited_y : {false, true}) {
        Picture picture(format, size.width, size.height);
        picture.paint_gray([](int, int) { return 170; });
        picture.frame.cosited_x = cosited_x, picture.frame.cosited_y = cosited_y;
        write(picture, ab, Plane(size, 60.0F));
        Worst worst(std::string(format.name) + (cosited_x ? ", left" : ", between") +
                    (cosited_y ? ", upper" : ", between"));
        const auto place = [](int i, bool half, bool cosited) {
          return !half ? i + 0.5 : cosited ? 2 * i + 0.5 : 2 * i + 1.0;
        };
        for (int y = 0; y < picture.frame.components[1].height; ++y)
          for (int x = 0; x < picture.frame.components[1].width; ++x) {
            const Triple codes = wanted_codes(luma_of_code(picture.at(0, 0, 0), picture.frame),
                                              slope(place(x, format.half_x, cosited_x)),
                                              slope(place(y, format.half_y, cosited_y)), picture.frame);
            worst.add(std::abs(picture.at(1, x, y) - codes[1]));
            worst.add(std::abs(picture.at(2, x, y) - codes[2]));
          }
        worst.within(0.75 * format.unit());  // half a sample away it is 1.5
      }
}

/// A slope of luma under a colour beyond the gamut, whose chroma follows the luma closely: each chroma sample is made
/// for the luma at its own place.
static void test_luma_is_taken_where_the_chroma_samples_lie() {
  for (const auto& format : {i420, nv12, y42b, i420_10, p010, i422_10})
    for (const bool across : {true, false})
      for (const bool cosited : {false, true}) {
        if (!across && !format.half_y) continue;
        Picture picture(format, 14, 14);
        const auto luma = [](double i) { return 25 + 13 * i; };  // i: pixels from the first
        picture.paint_gray([&](int x, int y) { return luma(across ? x : y); });
        (across ? picture.frame.cosited_x : picture.frame.cosited_y) = cosited;
        write(picture, constant(-20, 110));
        Worst worst(std::string(format.name) + (across ? ", across" : ", down") +
                    (cosited ? ", cosited" : ", between"));
        for (int i = 1; i < 6; ++i) {
          const double code = luma(2 * i + (cosited ? 0 : 0.5)) * format.unit();
          const Triple codes = wanted_codes(luma_of_code(code, picture.frame), -20, 110, picture.frame);
          worst.add(std::abs(picture.at(1, across ? i : 3, across ? 3 : i) - codes[1]));
        }
        worst.within(1 * format.unit());  // half a sample away it is 2 to 5
      }
}

/// Two woven fields of different gray: the colour of either is made for its own luma, not for a mixture.
static void test_fields_are_not_mixed() {
  for (const auto& format : {i420, nv12, i420_10, p010})
    for (const cv::Size size : {cv::Size(16, 16), cv::Size(16, 15), cv::Size(7, 18), cv::Size(4, 2)})
      for (const bool cosited_y : {false, true}) {
        Picture picture(format, size.width, size.height);
        picture.frame.interlaced = true, picture.frame.cosited_y = cosited_y;
        picture.paint_gray([](int, int y) { return y % 2 ? 200 : 60; });
        write(picture, constant(-20, 110));
        for (int y = 0; y < picture.frame.components[1].height; ++y) {
          const double luma = luma_of_code(picture.at(0, 0, y % 2), picture.frame);
          const Triple codes = wanted_codes(luma, -20, 110, picture.frame);
          expect(std::abs(picture.at(1, 1, y) - codes[1]) < format.unit(), "%s %dx%d, row %d: Cb %d instead of %.1f",
                 format.name, size.width, size.height, y, picture.at(1, 1, y), codes[1]);
        }
      }
}

/// `keep` of its own colour beside the new one.
static void test_the_share_of_own_colour_that_is_kept_is_kept() {
  for (const auto& format : colour_formats) {
    Picture whole(format, 33, 21), half(format, 33, 21), before(format, 33, 21);
    for (auto* picture : {&whole, &half, &before})
      picture->paint([](int c, int x, int y) { return 70 + noise(x, y, c) % 110; });
    write(whole, constant(0, 0), 1);
    expect(whole.samples() == before.samples(), "%s: all of it is not the picture as it was", format.name);
    write(half, constant(0, 0), 0.5F);
    for (int c = 1; c < 3 && format.layout == Layout::yuv; ++c)
      for (std::size_t i = 0; i < before.samples(c).size(); ++i) {
        const double neutral = 128 * format.unit(), wanted = neutral + 0.5 * (before.samples(c)[i] - neutral);
        expect(std::abs(half.samples(c)[i] - wanted) <= 0.5, "%s: half of %d is %d", format.name, before.samples(c)[i],
               half.samples(c)[i]);
      }
    if (format.layout == Layout::rgb) {
      const auto was = before.samples(), is = half.samples();
      const std::size_t plane_size = was.size() / 3;
      for (std::size_t i = 0; i < plane_size; ++i) {
        const double gray =
            255 * reference::gray_of_rgb(Triple(was[i], was[plane_size + i], was[2 * plane_size + i]) / 255,
                                         Primaries::bt709);
        for (int c = 0; c < 3; ++c) {
          const double wanted = (gray + was[c * plane_size + i]) / 2;
          expect(std::abs(is[c * plane_size + i] - wanted) < 0.6, "%s: half way from %g is %d instead of %g",
                 format.name, gray, is[c * plane_size + i], wanted);
        }
      }
    }
  }
}

/// Colour on top of colour must not wrap around at the ends of the codes.
static void test_sums_beyond_a_byte_are_clamped() {
  for (const auto& format : colour_formats)
    for (const int code : {0, 255}) {
      Picture picture(format, 9, 5);
      picture.paint([&](int c, int, int) {
        return c == 0 && format.layout == Layout::yuv ? 128 : c == 1 ? 255 - code : code;
      });
      const double sign = code ? 1 : -1;
      write(picture, constant(sign * 100, sign * -60), 1);
      if (format.layout == Layout::yuv)
        expect(picture.at(2, 3, 1) == (code ? 256 * format.unit() - 1 : 0), "%s: Cr %d became %d", format.name, code,
               picture.at(2, 3, 1));
      else
        for (int c = 0; c < 3; ++c) {
          const int was = c == 1 ? 255 - code : code;
          expect(std::abs(picture.at(c, 3, 1) - was) < 160, "%s: %d became %d", format.name, was, picture.at(c, 3, 1));
        }
    }
}

/// Chroma that was there does not show through.
static void test_input_that_carries_colour_is_taken_by_its_luma() {
  for (const auto& format : {i420, nv12, y42b, y444, p010, y444_12}) {
    Picture gray(format, 33, 21), coloured(format, 33, 21);
    for (auto* picture : {&gray, &coloured}) picture->paint_gray([](int x, int y) { return 30 + noise(x, y) % 180; });
    for (int c = 1; c < 3; ++c)
      for (int y = 0; y < coloured.frame.components[c].height; ++y)
        for (int x = 0; x < coloured.frame.components[c].width; ++x)
          coloured.set(c, x, y, noise(x, y, c) * format.unit());
    write(gray, constant(30, -20)), write(coloured, constant(30, -20));
    expect(gray.samples() == coloured.samples(), "%s", format.name);
  }
}

static void test_the_thread_count_changes_no_bit() {
  const int before = cv::getNumThreads();
  for (const auto& format : {i420, nv12, y444, rgb, p010}) {
    std::vector<int> first;
    for (int threads = 1; threads <= 4; ++threads) {
      cv::setNumThreads(threads);
      Picture picture(format, 131, 77);
      picture.frame.interlaced = true;
      picture.paint_gray([](int x, int y) { return noise(x / 3, y / 3); });
      const cv::Size small(32, 20), seen(64, 40);
      write(picture,
            {plane(small, [](int x, int y) { return noise(x, y, 1) / 3 - 40; }),
             plane(small, [](int x, int y) { return noise(x, y, 2) / 3 - 40; })},
            plane(seen, [](int x, int y) { return noise(x, y, 3) / 2.55; }));
      if (first.empty()) first = picture.samples();
      expect(picture.samples() == first, "%s with %d threads", format.name, threads);
    }
  }
  cv::setNumThreads(before);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/chroma/yuv-gets-the-wanted-colour-at-its-own-luma",
                  test_yuv_gets_the_wanted_colour_at_its_own_luma);
  g_test_add_func("/chroma/more-bits-have-no-steps-of-8-bits", test_more_bits_have_no_steps_of_8_bits);
  g_test_add_func("/chroma/rgb-keeps-lightness-and-gets-the-wanted-colour",
                  test_rgb_keeps_lightness_and_gets_the_wanted_colour);
  g_test_add_func("/chroma/no-colour-is-exactly-gray", test_no_colour_is_exactly_gray);
  g_test_add_func("/chroma/nothing-but-chroma-is-written-at-any-size", test_nothing_but_chroma_is_written_at_any_size);
  g_test_add_func("/chroma/formats-of-one-sampling-hold-the-same-colours",
                  test_formats_of_one_sampling_hold_the_same_colours);
  g_test_add_func("/chroma/chroma-is-taken-where-its-samples-lie", test_chroma_is_taken_where_its_samples_lie);
  g_test_add_func("/chroma/luma-is-taken-where-the-chroma-samples-lie",
                  test_luma_is_taken_where_the_chroma_samples_lie);
  g_test_add_func("/chroma/fields-are-not-mixed", test_fields_are_not_mixed);
  g_test_add_func("/chroma/the-share-of-own-colour-that-is-kept-is-kept",
                  test_the_share_of_own_colour_that_is_kept_is_kept);
  g_test_add_func("/chroma/sums-beyond-a-byte-are-clamped", test_sums_beyond_a_byte_are_clamped);
  g_test_add_func("/chroma/input-that-carries-colour-is-taken-by-its-luma",
                  test_input_that_carries_colour_is_taken_by_its_luma);
  g_test_add_func("/chroma/the-thread-count-changes-no-bit", test_the_thread_count_changes_no_bit);
  return g_test_run();
}
