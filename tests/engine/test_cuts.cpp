// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cuts.h"

#include "check.h"
#include "texture.h"

using colorize::CutDetector;

static const cv::Size size(192, 108);
static constexpr double threshold = 0.45;

/// Which frames of a film are found to begin a shot. `moved(i)` is frame i - 1 after motion compensation.
static std::vector<int> cuts_in(int frames, const std::function<cv::Mat(int)>& frame, const std::function<cv::Mat(int)>& moved,
                                double at = threshold) {
  CutDetector detector;
  std::vector<int> cuts;
  for (int i = 1; i < frames; ++i)
    if (detector(frame(i - 1), frame(i), moved(i), at)) cuts.push_back(i);
  return cuts;
}

static std::vector<int> cuts_in(int frames, const std::function<cv::Mat(int)>& frame, double at = threshold) {
  return cuts_in(frames, frame, [&](int i) { return frame(i - 1); }, at);
}

static cv::Mat lit(const cv::Mat& scene, double gain, double offset) {
  cv::Mat levels;
  scene.convertTo(levels, CV_8U, gain, offset);
  return levels;
}

static cv::Mat grainy(const cv::Mat& scene, int frame, int amount) {
  cv::Mat levels = scene.clone();
  for (int y = 0; y < levels.rows; ++y)
    for (int x = 0; x < levels.cols; ++x) {
      auto& level = levels.at<std::uint8_t>(y, x);
      level = cv::saturate_cast<std::uint8_t>(level + (noise(x, y, frame) - 128) * amount / 128);
    }
  return levels;
}

/// Three shots of ten frames, each with its own light so that the tones change too.
static cv::Mat film(int i) {
  const int shot = i / 10;
  return grainy(lit(view(size, 10 + shot), shot == 1 ? 0.5 : 0.9, shot == 1 ? 100 : 10), i, 6);
}

static void test_a_cut_is_found_at_its_frame_and_nowhere_else() {
  g_assert_true(cuts_in(30, film) == std::vector<int>({10, 20}));
}

static void test_what_changes_light_but_not_structure_is_no_cut() {
  const cv::Mat scene = lit(view(size, 20), 0.5, 20);
  const auto flash = [&](int i) { return grainy(i == 8 ? lit(scene, 1, 90) : scene, i, 5); };
  g_assert_true(cuts_in(16, flash).empty());
  const auto fade = [&](int i) { return grainy(lit(scene, 1 - i / 20.0, 0), i, 3); };
  g_assert_true(cuts_in(20, fade).empty());
}

static void test_a_pan_that_is_followed_is_no_cut() {
  const auto pan = [](int i) { return view(size, 21, 9.0 * i, 2.0 * i); };
  // What came into view has no origin: it is there as it was at the border.
  const auto moved = [&](int i) {
    cv::Mat now = pan(i);
    now(cv::Rect(size.width - 9, 0, 9, size.height)) = cv::Scalar(128);
    return now;
  };
  g_assert_true(cuts_in(16, pan, moved).empty());
}

static void test_dark_and_blank_pictures_have_no_cuts() {
  g_assert_true(cuts_in(16, [](int i) { return grainy(cv::Mat(size, CV_8U, cv::Scalar(i < 8 ? 4 : 9)), i, 4); }).empty());
  g_assert_true(cuts_in(16, [](int i) { return cv::Mat(size, CV_8U, cv::Scalar(i < 8 ? 128 : 133)); }).empty());
}

/// From no threshold that finds nothing to one that finds all: the greater it is, the fewer cuts.
static void test_a_greater_threshold_finds_fewer_cuts() {
  g_assert_true(cuts_in(30, film, 1.0).empty());
  std::size_t before = 1000;
  for (int i = 0; i <= 10; ++i) {
    const std::size_t now = cuts_in(30, film, i / 10.0).size();
    expect(now <= before, "threshold %g finds %zu cuts, the one before %zu", i / 10.0, now, before);
    before = now;
  }
  g_assert_cmpuint(cuts_in(30, film, 0.0).size(), >=, 2);
}

static void test_after_forgetting_it_begins_anew() {
  CutDetector used, fresh;
  for (int i = 1; i < 25; ++i) used(film(i - 1), film(i), film(i - 1), threshold);
  used.forget();
  for (int i = 6; i < 14; ++i)
    g_assert_true(used(film(i - 1), film(i), film(i - 1), threshold) == fresh(film(i - 1), film(i), film(i - 1), threshold));
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/cuts/a-cut-is-found-at-its-frame-and-nowhere-else", test_a_cut_is_found_at_its_frame_and_nowhere_else);
  g_test_add_func("/cuts/what-changes-light-but-not-structure-is-none", test_what_changes_light_but_not_structure_is_no_cut);
  g_test_add_func("/cuts/a-pan-that-is-followed-is-none", test_a_pan_that_is_followed_is_no_cut);
  g_test_add_func("/cuts/dark-and-blank-pictures-have-none", test_dark_and_blank_pictures_have_no_cuts);
  g_test_add_func("/cuts/a-greater-threshold-finds-fewer", test_a_greater_threshold_finds_fewer_cuts);
  g_test_add_func("/cuts/after-forgetting-it-begins-anew", test_after_forgetting_it_begins_anew);
  return g_test_run();
}
