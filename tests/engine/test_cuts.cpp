// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "cuts.h"
#include "motion.h"
#include "moving.h"
#include "settings.h"

using colorize::CutDetector, colorize::Motion;

namespace {

/// A film, frame by frame.
using Film = std::function<cv::Mat(int frame)>;

/// The frames in which a detector sees another shot begin.
std::vector<int> cuts_of(const Film& film, int frames, double threshold = colorize::Settings().scene_threshold) {
  CutDetector detector;
  Motion motion;
  std::vector<int> cuts;
  cv::Mat last = film(0);
  for (int i = 1; i < frames; ++i) {
    const cv::Mat now = film(i);
    motion.estimate(last, now);
    if (detector(last, now, motion.moved(), threshold)) cuts.push_back(i);
    last = now;
  }
  return cuts;
}

std::string listed(const std::vector<int>& cuts) {
  std::string text;
  for (const int cut : cuts) text += " " + std::to_string(cut);
  return text.empty() ? " none" : text;
}

void expect_cuts(const std::string& what, const Film& film, int frames, const std::vector<int>& wanted) {
  const auto found = cuts_of(film, frames);
  g_test_message("%s: cuts%s", what.c_str(), listed(found).c_str());
  expect(found == wanted, "%s: cuts at%s, not%s", what.c_str(), listed(found).c_str(), listed(wanted).c_str());
}

/// A shot with a square that moves; each `seed` is another place with light and shade of its own.
cv::Mat shot(int seed, int frame) {
  Scene scene;
  scene.seed = seed, scene.dark = 10 + noise(seed, 1) % 90, scene.light = 150 + noise(seed, 2) % 100;
  scene.x += 1.5 * frame, scene.pan_x = 0.5 * frame;
  cv::Mat picture = scene.codes();
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      const double shade = texture((x - scene.pan_x) / 9, y / 9.0, seed + 300);
      picture.at<uchar>(y, x) = cv::saturate_cast<uchar>((0.2 + 0.9 * shade) * picture.at<uchar>(y, x));
    }
  return with_grain(picture, 2, frame);
}

cv::Mat lighter(const cv::Mat& picture, double factor, double more) {
  cv::Mat result;
  picture.convertTo(result, -1, factor, more);
  return result;
}

cv::Mat mixed(const cv::Mat& one, const cv::Mat& other, double share) {
  cv::Mat result;
  cv::addWeighted(one, 1 - share, other, share, 0, result);
  return result;
}

}  // namespace

static void test_a_cut_is_found_in_its_very_frame() {
  for (int seed = 1; seed <= 12; ++seed)
    expect_cuts("cut from place " + std::to_string(seed), [seed](int i) { return shot(i < 7 ? seed : seed + 20, i); },
                15, {7});
}

static void test_cuts_follow_each_other() {
  expect_cuts("two cuts in a row", [](int i) { return shot(i < 6 ? 1 : i < 7 ? 2 : 3, i); }, 14, {6, 7});
  expect_cuts("a cut at once", [](int i) { return shot(i < 1 ? 1 : 2, i); }, 8, {1});
  expect_cuts("there and back", [](int i) { return shot(i / 4 % 2 ? 1 : 2, i); }, 16, {4, 8, 12});
}

/// What was usual in the last shot is not in this one.
static void test_a_wild_shot_does_not_hide_the_cuts_after_it() {
  expect_cuts("after action",
              [](int i) {
                const cv::Mat wild = mixed(shot(1, i), shot(100 + i, 0), 0.6 * std::min(1.0, i / 12.0));
                return i < 20 ? wild : i < 22 ? lighter(shot(3, i), 0.4, 0) : mixed(shot(8, i), shot(3, i), 0.4);
              },
              26, {20, 22});
}

static void test_a_shot_without_cuts_has_none() {
  for (int seed = 1; seed <= 4; ++seed)
    expect_cuts("place " + std::to_string(seed), [seed](int i) { return shot(seed, i); }, 30, {});
}

static void test_light_is_no_cut() {
  expect_cuts("a flash of one frame", [](int i) { return lighter(shot(1, i), 1, i == 8 ? 90 : 0); }, 16, {});
  expect_cuts("a flash that burns out",
              [](int i) { return lighter(shot(2, i), i == 8 || i == 9 ? 1.8 : 1, i == 8 ? 40 : 0); }, 16, {});
  expect_cuts("a lamp is switched off", [](int i) { return lighter(shot(3, i), i < 8 ? 1 : 0.5, 0); }, 16, {});
  for (const int length : {12, 25}) {
    const auto light = [length](int i) { return std::clamp((i - 4) / static_cast<double>(length), 0.0, 1.0); };
    expect_cuts("a fade to black", [&](int i) { return lighter(shot(4, i), 1 - light(i), 0); }, length + 8, {});
    expect_cuts("a fade from black", [&](int i) { return lighter(shot(4, i), light(i), 0); }, length + 8, {});
    expect_cuts("a fade to white", [&](int i) { return mixed(shot(4, i), cv::Mat(128, 192, CV_8U, 235.0), light(i)); },
                length + 8, {});
  }
}

static void test_a_dissolve_is_no_cut() {
  for (const int length : {10, 20, 40})
    for (const int seed : {1, 2, 3}) {
      const auto share = [length](int i) { return std::clamp((i - 4) / static_cast<double>(length), 0.0, 1.0); };
      expect_cuts("a dissolve over " + std::to_string(length),
                  [&](int i) { return mixed(shot(seed, i), shot(seed + 20, i), share(i)); }, length + 8, {});
    }
}

static void test_a_fast_pan_is_no_cut() {
  for (const double speed : {8.0, 16.0, 24.0}) {
    expect_cuts("a pan of " + std::to_string(speed),
                [speed](int i) {
                  Scene scene;
                  scene.pan_x = -speed * std::max(0, i - 4), scene.x += scene.pan_x;
                  return scene.codes();
                },
                20, {});
  }
}

static void test_grain_is_no_cut() {
  for (const double deviation : {5.0, 15.0, 30.0})
    expect_cuts("grain of " + std::to_string(deviation),
                [&](int i) { return with_grain(shot(1, i), deviation, i + 500); }, 20, {});
}

/// Where much changes with each frame, that is no cut.
static void test_wild_action_is_no_cut() {
  for (const int place : {1, 2, 3})
    expect_cuts(
        "action",
        [place](int i) { return mixed(shot(place, i), shot(100 * place + i, 0), 0.6 * std::min(1.0, i / 12.0)); }, 40,
        {});
}

static void test_blank_and_dark_pictures_have_no_cuts() {
  for (const double level : {0.0, 3.0, 128.0, 255.0}) {
    const cv::Mat blank(128, 192, CV_8U, level);
    expect_cuts("blank", [&](int) { return blank; }, 8, {});
    expect_cuts("blank with grain", [&](int i) { return with_grain(blank, 3, i); }, 20, {});
  }
  expect_cuts("in the dark", [](int i) { return lighter(shot(i < 8 ? 1 : 21, i), 0.06, 0); }, 16, {});
}

static void test_a_hand_before_the_lens_is_no_cut() {
  for (const int length : {6, 12})
    expect_cuts("covered in " + std::to_string(length),
                [length](int i) {
                  cv::Mat picture = shot(5, i);
                  const int covered = std::clamp((i - 4) * picture.cols / length, 0, picture.cols);
                  if (covered > 0) picture.colRange(0, covered) = 25;
                  return with_grain(picture, 2, i + 900);
                },
                length + 10, {});
}

static void test_the_more_tones_change_the_less_structure_has_to_be_lost() {
  for (int seed = 1; seed <= 4; ++seed)
    for (const int light : {10, 60}) {
      const Film film = [&](int i) {
        return i < 7 ? shot(seed, i) : lighter(mixed(shot(seed, i), shot(seed + 20, i), 0.66), 1, light);
      };
      const std::vector<int> wanted = light > 30 ? std::vector{7} : std::vector<int>{};
      expect_cuts("two thirds of another place, light +" + std::to_string(light), film, 10, wanted);
    }
}

static void test_the_threshold_says_how_much() {
  const Film cut = [](int i) { return shot(i < 6 ? 1 : 22, i); };
  expect(cuts_of(cut, 12, 1).empty(), "threshold 1 finds a cut");
  std::size_t last = 1000;
  for (const double threshold : {0.0, 0.2, 0.45, 0.7, 0.9, 1.0}) {
    // Wild but of one place: the less is asked for, the more fires.
    const auto found =
        cuts_of([](int i) { return i < 6 ? shot(1, i) : mixed(shot(1, i), shot(22 + i / 3, i), 0.1 * (i % 9)); }, 30,
                threshold);
    g_test_message("threshold %g: cuts%s", threshold, listed(found).c_str());
    expect(found.size() <= last, "threshold %g finds more than a lower one", threshold);
    last = found.size();
  }
  expect(last == 0, "threshold 1 finds cuts");
}

static void test_after_forgetting_the_past_does_not_count() {
  // In a wild shot nothing is a cut, unless the past has been forgotten.
  const auto wild = [](int i) { return with_grain(shot(1, 0), 90, i); };
  CutDetector used, fresh;
  Motion motion;
  const auto sees = [&](CutDetector& detector, const cv::Mat& last, const cv::Mat& now) {
    motion.estimate(last, now);
    return detector(last, now, motion.moved(), colorize::Settings().scene_threshold);
  };
  for (int i = 1; i < 10; ++i) sees(used, wild(i - 1), wild(i));
  used.forget();
  for (int i = 3; i < 14; ++i) {
    const cv::Mat last = shot(i - 1 < 8 ? 2 : 22, i - 1), now = shot(i < 8 ? 2 : 22, i);
    g_assert_true(sees(used, last, now) == sees(fresh, last, now));
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/cuts/very-frame", test_a_cut_is_found_in_its_very_frame);
  g_test_add_func("/cuts/in-a-row", test_cuts_follow_each_other);
  g_test_add_func("/cuts/after-action", test_a_wild_shot_does_not_hide_the_cuts_after_it);
  g_test_add_func("/cuts/none", test_a_shot_without_cuts_has_none);
  g_test_add_func("/cuts/light", test_light_is_no_cut);
  g_test_add_func("/cuts/dissolve", test_a_dissolve_is_no_cut);
  g_test_add_func("/cuts/pan", test_a_fast_pan_is_no_cut);
  g_test_add_func("/cuts/grain", test_grain_is_no_cut);
  g_test_add_func("/cuts/action", test_wild_action_is_no_cut);
  g_test_add_func("/cuts/blank", test_blank_and_dark_pictures_have_no_cuts);
  g_test_add_func("/cuts/hand", test_a_hand_before_the_lens_is_no_cut);
  g_test_add_func("/cuts/tones", test_the_more_tones_change_the_less_structure_has_to_be_lost);
  g_test_add_func("/cuts/threshold", test_the_threshold_says_how_much);
  g_test_add_func("/cuts/forget", test_after_forgetting_the_past_does_not_count);
  return g_test_run();
}
