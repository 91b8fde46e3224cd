// SPDX-License-Identifier: LGPL-2.1-or-later
#include "motion.h"

#include "check.h"
#include "texture.h"

using colorize::Motion, colorize::move_along;

static const cv::Size size(192, 128);
static const cv::Rect middle(16, 16, 160, 96);

static void test_what_stands_still_comes_from_where_it_is_and_is_trusted() {
  Motion motion;
  const cv::Mat scene = view(size, 1);
  motion.estimate(scene, scene);
  Worst strayed("pixels");
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      strayed.add(cv::norm(motion.origin().at<cv::Vec2f>(y, x) - cv::Vec2f(static_cast<float>(x), static_cast<float>(y))));
  strayed.within(0.05);
  double least = 0;
  cv::minMaxLoc(motion.trust(), &least);
  g_assert_cmpfloat(least, ==, 1);
  g_assert_true(motion.moved().type() == CV_8U && motion.trust().type() == CV_32F && motion.trust().size() == size);
}

static void test_a_camera_that_moves_is_followed() {
  Motion motion;
  for (const cv::Point2d step : {cv::Point2d(3, 0), cv::Point2d(0, -4), cv::Point2d(-6, 5), cv::Point2d(1.5, 0.5)}) {
    const cv::Mat last = view(size, 2), now = view(size, 2, step.x, step.y);  // the scene moves the other way
    motion.estimate(last, now);
    Worst strayed(cv::format("pixels at a step of %g, %g", step.x, step.y));
    for (int y = middle.y; y < middle.y + middle.height; ++y)
      for (int x = middle.x; x < middle.x + middle.width; ++x)
        strayed.add(cv::norm(motion.origin().at<cv::Vec2f>(y, x) -
                             cv::Vec2f(static_cast<float>(x + step.x), static_cast<float>(y + step.y))));
    strayed.within(1);
    expect(strayed.mean() < 0.25, "step %g %g: %g pixels off on average", step.x, step.y, strayed.mean());
    const double trust = cv::mean(motion.trust()(middle))[0], missed = cv::norm(motion.moved()(middle), now(middle), cv::NORM_L1) / middle.area();
    g_test_message("trust %.3f, levels missed %.2f", trust, missed);
    expect(trust > 0.9, "step %g %g: trust %g", step.x, step.y, trust);
    expect(missed < 3, "step %g %g: %g levels", step.x, step.y, missed);
  }
}

static void test_what_comes_into_view_is_not_trusted() {
  Motion motion;
  motion.estimate(view(size, 3), view(size, 3, 8, 0));  // the right border shows what was outside
  const double border = cv::mean(motion.trust()(cv::Rect(size.width - 6, 0, 6, size.height)))[0];
  g_test_message("trust at the border %.3f", border);
  expect(border < 0.2, "trust of what has just come into view is %g", border);
}

static void test_another_scene_is_not_trusted() {
  Motion motion;
  motion.estimate(view(size, 4), view(size, 5));
  const double trust = cv::mean(motion.trust())[0];
  g_test_message("trust in another scene %.3f", trust);
  expect(trust < 0.3, "trust %g", trust);
}

/// An estimator that has been led astray by another scene gives what a new one gives.
static void test_nothing_is_left_of_the_frames_before() {
  Motion used, fresh;
  used.estimate(view(size, 6), view(size, 7, 30, 10));
  used.estimate(view({64, 64}, 6), view({64, 64}, 7));
  const cv::Mat last = view(size, 8), now = view(size, 8, 2, 1);
  used.estimate(last, now), fresh.estimate(last, now);
  g_assert_cmpfloat(cv::norm(used.origin(), fresh.origin(), cv::NORM_INF), ==, 0);
  g_assert_cmpfloat(cv::norm(used.trust(), fresh.trust(), cv::NORM_INF), ==, 0);
}

static void test_planes_are_moved_and_the_border_stays_beyond_it() {
  cv::Mat plane(3, 4, CV_32F), origin(3, 4, CV_32FC2), result;
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 4; ++x) {
      plane.at<float>(y, x) = static_cast<float>(10 * y + x);
      origin.at<cv::Vec2f>(y, x) = cv::Vec2f(static_cast<float>(x) + 1.5F, static_cast<float>(y) - 1);
    }
  move_along(plane, origin, result);
  const float wanted[3][4] = {{1.5F, 2.5F, 3, 3}, {1.5F, 2.5F, 3, 3}, {11.5F, 12.5F, 13, 13}};
  for (int y = 0; y < 3; ++y)
    for (int x = 0; x < 4; ++x) g_assert_cmpfloat_with_epsilon(result.at<float>(y, x), wanted[y][x], 0.02);
}

static void test_tiny_pictures_do_no_harm() {
  Motion motion;
  for (const cv::Size tiny : {cv::Size(4, 4), cv::Size(32, 4), cv::Size(4, 64), cv::Size(1, 1), cv::Size(12, 12)}) {
    motion.estimate(view(tiny, 1), view(tiny, 1));
    g_assert_true(motion.origin().size() == tiny && cv::checkRange(motion.origin()) && cv::checkRange(motion.trust()));
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/motion/what-stands-still-comes-from-where-it-is-and-is-trusted",
                  test_what_stands_still_comes_from_where_it_is_and_is_trusted);
  g_test_add_func("/motion/a-camera-that-moves-is-followed", test_a_camera_that_moves_is_followed);
  g_test_add_func("/motion/what-comes-into-view-is-not-trusted", test_what_comes_into_view_is_not_trusted);
  g_test_add_func("/motion/another-scene-is-not-trusted", test_another_scene_is_not_trusted);
  g_test_add_func("/motion/nothing-is-left-of-the-frames-before", test_nothing_is_left_of_the_frames_before);
  g_test_add_func("/motion/planes-are-moved-and-the-border-stays-beyond-it",
                  test_planes_are_moved_and_the_border_stays_beyond_it);
  g_test_add_func("/motion/tiny-pictures-do-no-harm", test_tiny_pictures_do_no_harm);
  return g_test_run();
}
