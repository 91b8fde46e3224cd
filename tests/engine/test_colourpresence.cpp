// SPDX-License-Identifier: LGPL-2.1-or-later
#include <opencv2/imgproc.hpp>

#include "check.h"
#include "colourpresence.h"
#include "picture.h"

using colorize::colour_presence, colorize::ShotColour;

static const cv::Size size(32, 18);

/// `Chroma(lightness, x, y)` over soft shapes of all tones, as light as `light` says.
struct Scene {
  cv::Mat lightness{size, CV_32F}, chroma{size, CV_32FC2};

  template <typename Chroma>
  explicit Scene(const Chroma& colour, double light = 1) {
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        const double l = light * (50 + 25 * std::sin(x / 4.0) + 20 * std::cos(y / 3.0 + x / 9.0));
        lightness.at<float>(y, x) = static_cast<float>(l);
        chroma.at<cv::Vec2f>(y, x) = light * cv::Vec2d(colour(l / light, x, y));
      }
  }
  double presence() const { return colour_presence(lightness, chroma).value_or(-1); }
};

static cv::Vec2d none(double, int, int) { return {}; }
static cv::Vec2d sepia(double l, int, int) { return {-30 + 0.1 * l, 25 - 0.002 * l * l}; }
static cv::Vec2d stained(double l, int x, int y) {
  return sepia(l, x, y) + 1.6 * cv::Vec2d(std::sin(x / 5.0), std::cos(y / 4.0 + x / 7.0));
}
static cv::Vec2d hand_tinted(double, int x, int) { return x % 12 < 4 ? cv::Vec2d(-15, 20) : cv::Vec2d(); }
static cv::Vec2d colourful(double, int x, int y) { return {12 * std::sin(x / 5.0), 12 * std::cos(y / 4.0 + x / 7.0)}; }
static cv::Vec2d muted(double l, int x, int y) { return 0.3 * colourful(l, x, y) + cv::Vec2d(-6, 4); }
static cv::Vec2d noisy(double, int x, int y) { return {noise(x, y) / 128.0 - 1, noise(x, y, 1) / 128.0 - 1}; }
static cv::Vec2d logo(double, int x, int y) {
  return x > 27 && y < 4 ? cv::Vec2d(50 - 30 * y, -60 + 9 * x) : cv::Vec2d();
}

static void test_only_more_than_one_hue_over_lightness_is_colour() {
  const struct {
    const char* what;
    cv::Vec2d (*colour)(double, int, int);
    bool is_colour;
  } cases[] = {{"gray", none, false},
               {"sepia", sepia, false},
               {"a stained print", stained, false},
               {"one hue by hand", hand_tinted, false},
               {"chroma noise", noisy, false},
               {"a logo", logo, false},
               {"colour", colourful, true},
               {"muted colour with a cast", muted, true}};
  for (const auto& c : cases)
    for (const double light : {1.0, 0.3}) {  // and while it fades
      const double presence = Scene(c.colour, light).presence();
      g_test_message("%s at light %g: %.2f", c.what, light, presence);
      expect(c.is_colour ? presence > 0.6 * light : presence >= 0 && presence < 0.6, "%s at light %g: %g", c.what,
             light, presence);
    }
}

static void test_in_black_nothing_can_be_told() {
  g_assert_false(colour_presence(cv::Mat(size, CV_32F, 1.0), Scene(noisy).chroma));
  g_assert_true(colour_presence(cv::Mat(size, CV_32F, 90.0), Scene(none).chroma) == 0.0);  // flat white
}

/// Whether the shots of a film are kept, a letter a frame: k or -.
static std::string kept(ShotColour& shot, const std::vector<std::pair<Scene, bool>>& frames) {
  std::string all;
  for (const auto& [scene, cut] : frames) all += shot.judge(scene.lightness, scene.chroma, cut) ? 'k' : '-';
  return all;
}

static std::vector<std::pair<Scene, bool>> shot_of(const Scene& scene, int frames) {
  std::vector<std::pair<Scene, bool>> all(frames, {scene, false});
  all[0].second = true;
  return all;
}

static void test_each_shot_is_decided_at_its_first_frame() {
  ShotColour shot;
  for (const auto& [colour, wanted] :
       {std::pair{&none, "---"}, {&colourful, "kkk"}, {&sepia, "---"}, {&colourful, "kkk"}})
    expect(kept(shot, shot_of(Scene(colour), 3)) == wanted, "a shot that should be %s", wanted);
}

/// Through a dissolve either way it changes once; one odd frame changes nothing.
static void test_within_a_shot_it_changes_once_and_on_clear_evidence_only() {
  for (const bool to_colour : {true, false}) {
    std::vector<std::pair<Scene, bool>> frames;
    for (int i = 0; i < 50; ++i) {
      const double share = std::clamp((i - 10) / 25.0, 0.0, 1.0), part = to_colour ? share : 1 - share;
      frames.emplace_back(Scene([&](double l, int x, int y) { return part * colourful(l, x, y); }), false);
    }
    ShotColour shot;
    const std::string all = kept(shot, frames);
    g_test_message("%s", all.c_str());
    const char before = to_colour ? '-' : 'k', after = to_colour ? 'k' : '-';
    expect(all.front() == before && all.back() == after && all.rfind(before) < all.find(after), "%s", all.c_str());
  }
  ShotColour shot;
  auto frames = shot_of(Scene(none), 20);
  frames[8].first = Scene(colourful);
  expect(kept(shot, frames) == std::string(20, '-'), "one frame of colour");
  frames = shot_of(Scene(colourful), 20);
  frames[8].first = Scene(none), frames[9].first = Scene(none);
  expect(kept(shot, frames) == std::string(20, 'k'), "two frames of gray");
}

static void test_black_changes_nothing() {
  ShotColour shot;
  g_assert_true(kept(shot, shot_of(Scene(colourful), 3)) == "kkk");
  g_assert_true(kept(shot, shot_of(Scene(none, 0.01), 20)) == std::string(20, 'k'));
  g_assert_true(kept(shot, shot_of(Scene(none), 2)) == "--");
}

/// Rainbows of a video recorder are their own opposites in the next frame.
static void test_rainbows_that_alternate_are_no_colour_for_long() {
  ShotColour shot;
  std::vector<std::pair<Scene, bool>> frames = shot_of(Scene(none), 1);
  for (int i = 0; i < 40; ++i)
    frames.emplace_back(Scene([&](double l, int x, int y) { return (i % 2 ? 0.5 : -0.5) * colourful(l, x, y); }),
                        false);
  expect(kept(shot, frames) == std::string(41, '-'), "rainbows on gray");
}

static void test_another_size_and_forgetting_begin_anew() {
  ShotColour shot;
  g_assert_true(kept(shot, shot_of(Scene(colourful), 3)) == "kkk");
  cv::Mat lightness, chroma;
  cv::resize(Scene(none).lightness, lightness, {20, 20}), cv::resize(Scene(none).chroma, chroma, {20, 20});
  g_assert_false(shot.judge(lightness, chroma, false));
  shot.forget();
  g_assert_true(shot.judge(Scene(muted).lightness, Scene(muted).chroma, false));
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/colourpresence/only-more-than-one-hue-over-lightness-is-colour",
                  test_only_more_than_one_hue_over_lightness_is_colour);
  g_test_add_func("/colourpresence/in-black-nothing-can-be-told", test_in_black_nothing_can_be_told);
  g_test_add_func("/colourpresence/each-shot-is-decided-at-its-first-frame",
                  test_each_shot_is_decided_at_its_first_frame);
  g_test_add_func("/colourpresence/within-a-shot-it-changes-once-and-on-clear-evidence-only",
                  test_within_a_shot_it_changes_once_and_on_clear_evidence_only);
  g_test_add_func("/colourpresence/black-changes-nothing", test_black_changes_nothing);
  g_test_add_func("/colourpresence/rainbows-that-alternate-are-no-colour-for-long",
                  test_rainbows_that_alternate_are_no_colour_for_long);
  g_test_add_func("/colourpresence/another-size-and-forgetting-begin-anew",
                  test_another_size_and_forgetting_begin_anew);
  return g_test_run();
}
