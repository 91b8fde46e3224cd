// SPDX-License-Identifier: LGPL-2.1-or-later
#include <tuple>

#include "check.h"
#include "file.h"
#include "firstpass.h"
#include "moving.h"
#include "secondpass.h"
#include "settings.h"

using colorize::Ab, colorize::FirstPass, colorize::SecondPass;
using Kind = colorize::Error::Kind;

namespace fs = std::filesystem;

namespace {

const double usual_threshold = colorize::Settings().scene_threshold;
constexpr int frames = 60, step = 40;

cv::Mat lightness(const cv::Mat& codes) {
  cv::Mat l;
  codes.convertTo(l, CV_32F, 1 / 2.55);
  return l;
}

Ab flat(cv::Size size, double a, double b) {
  return {cv::Mat(size, CV_32F, cv::Scalar(a)), cv::Mat(size, CV_32F, cv::Scalar(b))};
}

/// A square that moves over a ground that does, too.
Scene scene_of(int frame, int seed) {
  Scene scene;
  scene.seed = seed;
  scene.x = 8 + 1.5 * frame, scene.y = 36, scene.pan_x = -0.3 * frame;
  return scene;
}

/// What a network says of it whose mind changes with time: of the square from `from` to `to` in a*, of the ground 0.
Ab said_of(const Scene& scene, int frame, double from, double to) {
  Ab said = flat(scene.size, 0, 10);
  for (int y = 0; y < scene.size.height; ++y)
    for (int x = 0; x < scene.size.width; ++x)
      said.a.at<float>(y, x) = static_cast<float>(scene.covered(x, y) * (from + (to - from) * frame / (frames - 1))) +
                               static_cast<float>(grain(x, y, frame));
  return said;
}

double colour_of_square(const Ab& ab, const Scene& scene) {
  const cv::Rect inside(cvRound(scene.x) + 8, cvRound(scene.y) + 8, static_cast<int>(scene.side) - 16,
                        static_cast<int>(scene.side) - 16);
  return cv::mean(ab.a(inside))[0];
}

double colour_of_ground(const Ab& ab) { return cv::mean(ab.a.rowRange(0, 24))[0]; }

/// Where a first pass leaves its colours.
fs::path file_in(const TemporaryFolder& folder) { return folder.path / "film.pass"; }

/// A first pass through two shots, of which the second one is of other things.
void pass_through_two_shots(const fs::path& file, int interval, std::size_t most_bytes) {
  FirstPass pass(file, most_bytes);
  for (int i = 0; i < 2 * frames; ++i) {
    const bool first = i < frames;
    Scene scene = scene_of(i % frames, first ? 1 : 21);
    if (!first) scene.dark = 90, scene.light = 250;
    const Ab said = said_of(scene, i % frames, first ? 10 : -10, first ? 40 : -40);
    pass.take(lightness(scene.codes()), i * step, interval, usual_threshold, [&]() -> const Ab& { return said; });
  }
  pass.finish();
}

}  // namespace

/// From its first frame on a thing has the colour that is the mean of all that is said of it in its shot, whether the
/// whole shot is kept or a part of it, and nothing of another shot.
static void test_things_keep_one_colour_through_their_shot() {
  const std::size_t of_40_frames = std::size_t{11} * 192 * 128 * 40;
  for (const auto& [interval, bytes, most] : {std::tuple(1, FirstPass::usual_most_bytes, 3.0),
                                              {3, FirstPass::usual_most_bytes, 3.0},
                                              {1, of_40_frames, 12.0}}) {
    const TemporaryFolder folder;
    pass_through_two_shots(file_in(folder), interval, bytes);
    SecondPass second(file_in(folder));
    for (const int shot : {0, 1}) {
      const double sign = shot == 0 ? 1 : -1;
      double least = 1e9, greatest = -1e9, ground = 0;
      for (int i = 0; i < frames; ++i) {
        const Ab& ab = second.find((shot * frames + i) * step);
        const double colour = sign * colour_of_square(ab, scene_of(i, 1));
        least = std::min(least, colour);
        greatest = std::max(greatest, colour);
        ground = std::max(ground, std::abs(colour_of_ground(ab)));
      }
      g_test_message(
          "interval %d, %zu bytes, shot %d: of 10 to 40 the square has %.1f to %.1f; the ground is off by %.2f",
          interval, bytes, shot, least, greatest, ground);
      expect(greatest - least < most, "its colour goes from %.1f to %.1f", least, greatest);
      expect(
          least > 12 && greatest < 38 && (bytes < FirstPass::usual_most_bytes || std::abs(least + greatest - 50) < 8),
          "it is not the mean: %.1f to %.1f", least, greatest);
      expect(ground < 1.5, "the ground is off by %.2f", ground);
    }
  }
}

/// A square that comes into view late takes its own colour there at once, and the ground before keeps its own.
static void test_what_is_new_takes_its_own_colour() {
  const TemporaryFolder folder;
  const cv::Size size = Scene().size;
  {
    FirstPass pass(file_in(folder));
    for (int i = 0; i < frames; ++i) {
      Scene scene = scene_of(0, 1);
      scene.x = i < 30 ? 1000 : 60;
      const Ab said = said_of(scene, 0, 40, 40);
      constexpr double never = 1;
      pass.take(lightness(scene.codes()), i * step, 1, never, [&]() -> const Ab& { return said; });
    }
    pass.finish();
  }
  SecondPass second(file_in(folder));
  Scene scene = scene_of(0, 1);
  scene.x = 60;
  const double before = colour_of_square(second.find(29 * step), scene);
  const double after = colour_of_square(second.find(30 * step), scene);
  g_test_message("a* %.1f before it is there, %.1f when it is; said: 0 and 40", before, after);
  expect(std::abs(before) < 2, "the ground takes a* %.1f of what comes later", before);
  expect(after > 36, "it has a* %.1f", after);
  g_assert_true(second.find(0).size() == size);
}

/// Nothing lies under the name before all is there, and nothing half-made is left.
static void test_a_pass_that_is_not_finished_leaves_nothing() {
  const TemporaryFolder folder;
  {
    FirstPass pass(file_in(folder));
    const Scene scene = scene_of(0, 1);
    const Ab said = said_of(scene, 0, 10, 10);
    pass.take(lightness(scene.codes()), 0, 1, usual_threshold, [&]() -> const Ab& { return said; });
    pass.forget();
    g_assert_false(fs::exists(file_in(folder)));
  }
  g_assert_true(fs::is_empty(folder.path));
}

static void test_frames_of_one_time_come_one_after_the_other() {
  const TemporaryFolder folder;
  {
    FirstPass pass(file_in(folder));
    for (int i = 0; i < 3; ++i) {
      const Ab said = flat({32, 32}, i, -i);
      pass.take(lightness(cv::Mat(32, 32, CV_8U, cv::Scalar(20 + 80 * i))), -1, 1, 0,
                [&]() -> const Ab& { return said; });
      pass.forget();
    }
    pass.finish();
  }
  SecondPass second(file_in(folder));
  for (int i = 0; i < 3; ++i) g_assert_cmpfloat(second.find(-1).a.at<float>(0, 0), ==, static_cast<float>(i));
  expect_error([&] { second.find(40); }, Kind::settings, {"film.pass", "no frame of the time 40"}, "another time");
}

static void test_what_is_no_such_file_is_refused() {
  const TemporaryFolder folder;
  expect_error([&] { SecondPass second(file_in(folder)); }, Kind::not_found, {"film.pass", "pass=first"}, "no file");
  expect_error([&] { FirstPass first(folder.path / "none" / "film.pass"); }, Kind::not_found,
               {"film.pass", "cannot be written"}, "no folder");
  pass_through_two_shots(file_in(folder), 4, FirstPass::usual_most_bytes);
  const std::string whole = colorize::read_file(file_in(folder));
  FirstPass(file_in(folder));  // may come in its place
  folder.write("film.mkv", "somebody's film");
  expect_error([&] { FirstPass first(folder.path / "film.mkv"); }, Kind::settings, {"film.mkv", "another one"},
               "a film");
  g_assert_true(colorize::read_file(folder.path / "film.mkv") == "somebody's film");
  std::string huge = whole;
  huge.replace(24, 4, "\xff\xff\xff\x7f");
  for (const std::string& damaged :
       {std::string(), std::string("RIFF") + whole, whole.substr(0, whole.size() - 1), whole.substr(0, 20), huge}) {
    folder.write("film.pass", damaged);
    expect_error([&] { SecondPass second(file_in(folder)); }, Kind::settings, {"film.pass", "damaged"},
                 std::to_string(damaged.size()) + " bytes");
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/twopasses/one-colour", test_things_keep_one_colour_through_their_shot);
  g_test_add_func("/twopasses/new-things", test_what_is_new_takes_its_own_colour);
  g_test_add_func("/twopasses/not-finished", test_a_pass_that_is_not_finished_leaves_nothing);
  g_test_add_func("/twopasses/one-time", test_frames_of_one_time_come_one_after_the_other);
  g_test_add_func("/twopasses/damaged", test_what_is_no_such_file_is_refused);
  return g_test_run();
}
