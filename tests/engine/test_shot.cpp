// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "moving.h"
#include "settings.h"
#include "shot.h"

using colorize::Shot;

static const double usual_threshold = colorize::Settings().scene_threshold;

static cv::Mat lightness(const Scene& scene) {
  cv::Mat l;
  scene.codes().convertTo(l, CV_32F, 1 / 2.55);
  return l;
}

static void test_a_frame_goes_on_from_the_one_before_unless_a_cut_parts_them() {
  Shot shot;
  Scene scene, other;
  other.seed = 21, other.dark = 90, other.light = 250;
  for (int i = 0; i < 6; ++i) {
    scene.x += 2;
    g_assert_false(shot.see(lightness(scene), usual_threshold));
    expect(shot.goes_on() == (i > 0), "frame %d", i);
  }
  const auto origin = shot.motion().origin().at<cv::Vec2f>(58, 80);  // in the square
  g_assert_cmpfloat(std::abs(80 - origin[0] - 2), <, 0.3);
  g_assert_true(shot.see(lightness(other), usual_threshold));
  g_assert_false(shot.goes_on());
  g_assert_false(shot.see(lightness(other), usual_threshold));
  g_assert_true(shot.goes_on());
}

static void test_nothing_goes_on_after_forgetting_or_at_another_size() {
  Shot shot;
  Scene scene;
  shot.see(lightness(scene), 0);
  shot.forget();
  scene.seed = 9;
  g_assert_false(shot.see(lightness(scene), 0));  // nothing to compare with is no cut
  g_assert_false(shot.goes_on());
  scene.size = {64, 32};
  g_assert_false(shot.see(lightness(scene), 0));
  g_assert_false(shot.goes_on());
}

static void test_no_number_comes_twice() {
  Shot shot;
  g_assert_cmpint(shot.number(), ==, 0);
  for (int i = 1; i <= 5; ++i) {
    if (i % 2) shot.forget();
    shot.see(lightness(Scene()), usual_threshold);
    g_assert_cmpint(shot.number(), ==, i);
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/shot/goes-on", test_a_frame_goes_on_from_the_one_before_unless_a_cut_parts_them);
  g_test_add_func("/shot/forgetting", test_nothing_goes_on_after_forgetting_or_at_another_size);
  g_test_add_func("/shot/numbers", test_no_number_comes_twice);
  return g_test_run();
}
