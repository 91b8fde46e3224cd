// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "colorizer.h"
#include "neutral.h"
#include "picture.h"
#include "reference.h"

using colorize::Colorizer, colorize::Error, colorize::Network, colorize::PlacedHint, colorize::Range,
    colorize::Settings;
using reference::matrices, reference::ranges, reference::Triple;

static Network load(const std::string& name) {
  return Network(colorize::find_model((source_root() / "tests/models" / (name + ".onnx")).string()));
}

static void process(Network& network, const Picture& picture, const Settings& settings = {}) {
  Colorizer(network, picture.frame).process(picture.frame, settings);
}

/// L*a*b* of a pixel of Y444 or RGB.
static Triple lab_at(const Picture& picture, int x, int y) {
  const Triple codes(picture.at(0, x, y), picture.at(1, x, y), picture.at(2, x, y));
  const auto& frame = picture.frame;
  const Triple rgb =
      frame.layout == Layout::rgb
          ? codes / 255
          : reference::rgb_of_ycbcr(reference::ycbcr_of_codes(codes, frame.range, frame.depth), frame.matrix);
  return reference::lab_of_rgb(rgb, frame.primaries);
}

static int scene(int x, int y) { return 50 + (noise(x / 6, y / 6) % 120) + noise(x, y, 9) % 12; }

/// The network says a* = L* - 50 and b* = 50 - L*, and sees every pixel: so does the picture.
static void test_what_the_network_says_is_what_the_picture_shows() {
  Network network = load("ab-linear");
  for (const auto& format : {y444, rgb, bgrx})
    for (const auto range : ranges) {
      if (format.layout == Layout::rgb && range == Range::limited) continue;
      Picture picture(format, 64, 64);  // the size that the network likes: nothing is shrunk
      picture.frame.range = range;
      picture.paint_gray([](int x, int y) { return 80 + x + y / 2; });
      process(network, picture);
      Worst worst(std::string(format.name) + ", a*b*");
      for (int y = 0; y < 64; ++y)
        for (int x = 0; x < 64; ++x) {
          const double luma = range == Range::full ? (80 + x + y / 2) / 255.0 : (64 + x + y / 2) / 219.0;
          const double said = reference::lightness_of_gray(luma) - 50;
          const Triple lab = lab_at(picture, x, y);
          worst.add(std::hypot(lab[1] - said, lab[2] + said));
        }
      worst.within(2);
    }
}

/// Everything through which a picture may come in, at every odd shape: luma and everything beside the samples stay.
static void test_every_format_size_and_stride_keeps_luma_and_memory() {
  Network network = load("ab-constant");
  for (const auto& format : colour_formats)
    for (const cv::Size size : {cv::Size(1, 1), cv::Size(2, 1), cv::Size(1, 3), cv::Size(5, 4), cv::Size(65, 33),
                                cv::Size(7, 200), cv::Size(500, 1)})
      for (const int padding : {0, 29}) {
        Picture picture(format, size.width, size.height, padding);
        picture.frame.matrix = colorize::Matrix::bt601, picture.frame.range = Range::limited;
        if (format.layout == Layout::rgb) picture.frame.range = Range::full;
        picture.paint_gray(scene);
        const auto before = picture.samples(0), all = picture.samples();
        Colorizer colorizer(network, picture.frame);
        for (int frame = 0; frame < 3; ++frame)
          colorizer.process(picture.frame, {});  // memory and motion at every size too
        expect(picture.guards_stand(), "%s %dx%d: memory beside it", format.name, size.width, size.height);
        if (format.layout == Layout::yuv) expect(picture.samples(0) == before, "%s: luma", format.name);
        expect(picture.samples() != all, "%s %dx%d is as gray as before", format.name, size.width, size.height);
      }
}

static void test_without_saturation_everything_is_exactly_gray() {
  Network network = load("ab-constant");
  const Settings gray{.saturation = 0};
  for (const auto& format : colour_formats)
    for (const auto matrix : matrices)
      for (const auto range : ranges) {
        Picture picture(format, 37, 29);
        picture.frame.matrix = matrix, picture.frame.range = range;
        picture.paint([](int c, int x, int y) { return noise(x, y, c); });  // of all colours
        process(network, picture, gray);
        if (format.layout == Layout::yuv) {
          for (int c = 1; c < 3; ++c)
            for (const auto sample : picture.samples(c))
              expect(sample == 128 * format.unit(), "%s: chroma %d", format.name, sample);
        } else {
          expect(picture.samples(0) == picture.samples(1) && picture.samples(1) == picture.samples(2), "%s",
                 format.name);
        }
      }
}

static void test_strength_runs_from_untouched_to_full_colour() {
  Network network = load("ab-constant");
  for (const auto& format : colour_formats) {
    Picture picture(format, 33, 21);
    picture.paint([](int c, int x, int y) { return noise(x, y, c); });
    const auto before = picture.samples();
    process(network, picture, {.strength = 0});
    expect(picture.samples() == before, "%s: strength 0 changes the picture", format.name);
  }
  for (const auto& format : {y444, rgb}) {
    double last = -1;
    for (int i = 0; i <= 8; ++i) {
      Picture picture(format, 16, 16);
      picture.paint_gray([](int, int) { return 140; });
      process(network, picture, {.strength = i / 8.0});
      const double chroma = reference::chroma(lab_at(picture, 8, 8)), wanted = std::hypot(20, 30) * i / 8;
      expect(std::abs(chroma - wanted) < 1.5, "%s: strength %d/8 gives chroma %g instead of %g", format.name, i, chroma,
             wanted);
      expect(chroma > last, "%s: strength %d/8 is not more than before", format.name, i);
      last = chroma;
    }
  }
}

static void test_saturation_and_hue_shift_are_what_they_say() {
  Network network = load("ab-constant");  // a* = 20, b* = -30
  const double hue = std::atan2(-30, 20) * 180 / CV_PI;
  for (const auto& format : {y444, rgb})
    for (const double saturation : {0.25, 0.5, 1.0, 2.0})
      for (const double shift : {-180.0, -90.0, -10.0, 0.0, 30.0, 120.0, 180.0}) {
        Picture picture(format, 16, 16);
        picture.paint_gray([](int, int) { return 150; });
        const double strength = saturation > 1 ? 0.5 : 1;  // stays in the gamut at every hue
        process(network, picture, {.saturation = saturation, .hue_shift = shift, .strength = strength});
        const double angle = (hue + shift) * CV_PI / 180, chroma = saturation * strength * std::hypot(20, 30);
        const Triple lab = lab_at(picture, 3, 12);
        const double missed = std::hypot(lab[1] - chroma * std::cos(angle), lab[2] - chroma * std::sin(angle));
        expect(missed < 2, "%s, saturation %g, hue %+g: a* %g b* %g, %g off", format.name, saturation, shift, lab[1],
               lab[2], missed);
      }
}

static void test_rgb_keeps_lightness_on_pictures_like_photographs() {
  for (const char* name : {"ab-constant", "ab-linear", "distribution", "rgb"}) {
    Network network = load(name);
    for (const bool coloured : {false, true}) {
      Picture picture(rgb, 192, 128), before(rgb, 192, 128);
      for (auto* p : {&picture, &before})
        p->paint([&](int c, int x, int y) {
          return std::clamp(scene(x, y) + (coloured ? noise(x / 20, y / 20, c) / 4 - 32 : 0), 0, 255);
        });
      process(network, picture);
      Worst worst(std::string(name) + ": L*");
      for (int y = 0; y < 128; ++y)
        for (int x = 0; x < 192; ++x) worst.add(std::abs(lab_at(picture, x, y)[0] - lab_at(before, x, y)[0]));
      worst.within(1);
      expect(worst.mean() <= 0.3, "%s: on average %g", name, worst.mean());
    }
  }
}

/// The colours of a picture that comes in say nothing: a gray one as light gets the same.
static void test_input_that_carries_colour_is_taken_by_its_lightness() {
  Network network = load("ab-linear");
  for (const auto& format : {i420, nv12, y42b, y444}) {
    Picture gray(format, 70, 50), coloured(format, 70, 50);
    gray.paint_gray(scene), coloured.paint([](int c, int x, int y) { return c ? noise(x, y, c) : scene(x, y); });
    process(network, gray), process(network, coloured);
    expect(gray.samples() == coloured.samples(), "%s", format.name);
  }
  Picture coloured(rgb, 64, 64), gray(rgb, 64, 64);
  coloured.paint([](int c, int x, int y) { return 90 + noise(x / 8, y / 8, c) / 3; });
  gray.paint_gray([&](int x, int y) {
    const Triple pixel(coloured.at(0, x, y), coloured.at(1, x, y), coloured.at(2, x, y));
    return std::lround(255 * reference::gray_of_rgb(pixel / 255, colorize::Primaries::bt709));
  });
  process(network, gray), process(network, coloured);
  Worst worst("RGB, codes");  // the gray is rounded to whole tones, the coloured pixel's tone is not
  const auto one = gray.samples(), other = coloured.samples();
  for (std::size_t i = 0; i < one.size(); ++i) worst.add(std::abs(one[i] - other[i]));
  worst.within(2);
}

static void test_formats_of_one_sampling_hold_the_same_picture() {
  Network network = load("distribution");
  const auto coloured = [&](const Format& format, int padding) {
    Picture picture(format, 131, 77, padding);
    picture.paint_gray(scene);
    process(network, picture);
    return picture.samples();
  };
  const auto planar = coloured(i420, 0), packed = coloured(rgb, 0);
  for (const auto& format : {yv12, nv12}) expect(coloured(format, 3) == planar, "%s is not I420", format.name);
  for (const auto& format : {bgr, rgbx, bgrx}) expect(coloured(format, 3) == packed, "%s is not RGB", format.name);
}

static void test_gray_made_neutral_first_comes_to_the_same() {
  Network network = load("ab-linear");
  for (const auto& format : {i420, rgb}) {
    Picture gray(gray8, 67, 45), made(format, 67, 45), direct(format, 67, 45);
    gray.paint_gray(scene), direct.paint_gray(scene);
    write_neutral(gray.frame, made.frame);
    process(network, made), process(network, direct);
    expect(made.samples() == direct.samples(), "%s", format.name);
  }
}

/// Frames that follow each other, so that memory and motion take part.
static void test_the_same_film_gives_the_same_bits_with_any_number_of_threads() {
  const int before = cv::getNumThreads();
  for (const char* name : {"colorize", "distribution", "rgb"}) {
    Network network = std::string(name) == "colorize" ? Network(colorize::find_model(name)) : load(name);
    for (const auto& format : {i420, nv12, rgb}) {
      std::vector<int> first;
      for (const int threads : {2, 1, 3, 4, 2}) {
        cv::setNumThreads(threads);
        Picture picture(format, 203, 117);
        Colorizer colorizer(network, picture.frame);
        std::vector<int> film;
        for (int frame = 0; frame < 4; ++frame) {
          picture.paint([&](int c, int x, int y) {
            return c && format.layout == Layout::yuv ? 128 : scene(x + 2 * frame, y + frame);
          });
          colorizer.process(picture.frame, {});
          const auto samples = picture.samples();
          film.insert(film.end(), samples.begin(), samples.end());
        }
        if (first.empty()) first = film;
        expect(film == first, "%s, %s, %d threads", name, format.name, threads);
      }
    }
  }
  cv::setNumThreads(before);
}

/// A Colorizer that has seen other pictures and settings, and forgot them, does what a new one does.
static void test_nothing_is_left_after_forgetting() {
  Network network = load("ab-linear");
  Picture used(i420, 90, 60), fresh(i420, 90, 60);
  Colorizer colorizer(network, used.frame);
  for (const int size : {64, 32, 0, 96}) {
    used.paint_gray([&](int x, int y) { return noise(x, y, size); });
    colorizer.process(used.frame, {.saturation = 2, .inference_size = size});
  }
  colorizer.forget();
  used.paint([](int c, int x, int y) { return c ? 128 : scene(x, y); });
  fresh.paint([](int c, int x, int y) { return c ? 128 : scene(x, y); });
  colorizer.process(used.frame, {});
  process(network, fresh);
  g_assert_true(used.samples() == fresh.samples());
}

/// Between frames on which the network runs, and after a cut in an interval, no frame stays without colour.
static void test_frames_without_inference_have_the_colour_of_those_before() {
  Network network = load("ab-constant");
  for (const int interval : {1, 2, 5}) {
    Picture picture(y444, 96, 64);
    Colorizer colorizer(network, picture.frame);
    for (int frame = 0; frame < 14; ++frame) {
      const bool other = frame >= 7;  // another shot
      picture.paint(
          [&](int c, int x, int y) { return c ? 128 : 90 + noise(x / 9 + 100 * other, y / 9) / 4 + (other ? 40 : 0); });
      const bool cut = colorizer.process(picture.frame, {.inference_interval = interval, .report_cuts = true}).cut;
      expect(cut == (frame == 7), "interval %d, frame %d: %s", interval, frame, cut ? "a cut" : "no cut");
      const Triple lab = lab_at(picture, 40, 30);
      expect(std::hypot(lab[1] - 20, lab[2] + 30) < 2, "interval %d, frame %d: a* %g b* %g", interval, frame, lab[1],
             lab[2]);
    }
  }
}

/// Late frames go without an answer, but not for ever: some sinks are a little late all the time.
static void test_late_frames_get_an_answer_now_and_then() {
  Network network = load("ab-constant");
  Picture picture(y444, 96, 64);
  picture.paint_gray(scene);
  Colorizer colorizer(network, picture.frame);
  int predicted = 0;
  for (int frame = 0; frame < 120; ++frame) {
    const auto done = colorizer.process(picture.frame, {.late = true});
    g_assert_true(done.predicted != done.skipped);
    g_assert_cmpint(done.age_frames, <=, 26);
    predicted += done.predicted;
  }
  g_assert_cmpint(predicted, >=, 4);
  g_assert_cmpint(predicted, <=, 6);
}

/// One frame's way in three calls, with a word on its colour.
static void test_a_hint_changes_the_colour_where_it_was_given() {
  Network network(colorize::find_model(colorize::default_model));
  Picture whole(y444, 96, 64), parts(y444, 96, 64), hinted(y444, 96, 64);
  for (auto* picture : {&whole, &parts, &hinted})
    picture->paint([](int c, int x, int y) { return c ? 128 : scene(x, y); });
  process(network, whole);
  std::vector<PlacedHint> hints;  // red on the left, green on the right
  for (const double x : {24, 72})
    for (const double y : {16, 32, 48})
      hints.push_back({.x = {x}, .y = {y}, .radius = {12}, .ab = {x < 48 ? 40.0F : -20.0F, 0}});
  const Settings asked{.hints = std::make_shared<const std::vector<PlacedHint>>(hints)};
  for (auto* picture : {&parts, &hinted}) {
    Colorizer colorizer(network, picture->frame);
    const Settings settings = picture == &hinted ? asked : Settings();
    const auto seen = colorizer.see(picture->frame, settings);
    g_assert_true(seen.due && !seen.cut && !seen.own_colour);
    colorizer.predict(settings);
    colorizer.paint(picture->frame, settings);
  }
  g_assert_true(parts.samples() == whole.samples());
  const auto red_at = [&](int x) { return lab_at(hinted, x, 32)[1]; };
  g_test_message("a* is %.1f on the left, %.1f on the right", red_at(24), red_at(72));
  g_assert_cmpfloat(std::abs(red_at(24) - 40), <, 12);
  g_assert_cmpfloat(std::abs(red_at(72) + 20), <, 12);
}

static void test_a_size_that_the_network_does_not_take_is_an_error_and_leaves_the_picture() {
  Network network = load("fixed");
  Picture picture(i420, 90, 60);
  picture.paint_gray(scene);
  const auto before = picture.samples();
  expect_error([&] { process(network, picture, {.inference_size = 128}); }, Error::Kind::settings,
               {"fixed.onnx", "64x64", "inference-size"}, "a size");
  g_assert_true(picture.samples() == before);
  process(network, picture, {.inference_size = 64});
  g_assert_true(picture.samples() != before);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/colorizer/what-the-network-says-is-what-the-picture-shows",
                  test_what_the_network_says_is_what_the_picture_shows);
  g_test_add_func("/colorizer/every-format-size-and-stride-keeps-luma-and-memory",
                  test_every_format_size_and_stride_keeps_luma_and_memory);
  g_test_add_func("/colorizer/late-frames-get-an-answer-now-and-then", test_late_frames_get_an_answer_now_and_then);
  g_test_add_func("/colorizer/without-saturation-everything-is-exactly-gray",
                  test_without_saturation_everything_is_exactly_gray);
  g_test_add_func("/colorizer/strength-runs-from-untouched-to-full-colour",
                  test_strength_runs_from_untouched_to_full_colour);
  g_test_add_func("/colorizer/saturation-and-hue-shift-are-what-they-say",
                  test_saturation_and_hue_shift_are_what_they_say);
  g_test_add_func("/colorizer/rgb-keeps-lightness-on-pictures-like-photographs",
                  test_rgb_keeps_lightness_on_pictures_like_photographs);
  g_test_add_func("/colorizer/input-that-carries-colour-is-taken-by-its-lightness",
                  test_input_that_carries_colour_is_taken_by_its_lightness);
  g_test_add_func("/colorizer/formats-of-one-sampling-hold-the-same-picture",
                  test_formats_of_one_sampling_hold_the_same_picture);
  g_test_add_func("/colorizer/gray-made-neutral-first-comes-to-the-same",
                  test_gray_made_neutral_first_comes_to_the_same);
  g_test_add_func("/colorizer/a-hint-changes-the-colour-where-it-was-given",
                  test_a_hint_changes_the_colour_where_it_was_given);
  g_test_add_func("/colorizer/the-same-film-gives-the-same-bits-with-any-number-of-threads",
                  test_the_same_film_gives_the_same_bits_with_any_number_of_threads);
  g_test_add_func("/colorizer/nothing-is-left-after-forgetting", test_nothing_is_left_after_forgetting);
  g_test_add_func("/colorizer/frames-without-inference-have-the-colour-of-those-before",
                  test_frames_without_inference_have_the_colour_of_those_before);
  g_test_add_func("/colorizer/a-size-that-the-network-does-not-take-is-an-error-and-leaves-the-picture",
                  test_a_size_that_the_network_does_not_take_is_an_error_and_leaves_the_picture);
  return g_test_run();
}
