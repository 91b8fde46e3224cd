// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory.h"

#include "check.h"
#include "texture.h"

using colorize::Ab, colorize::Memory;

static const cv::Size size(192, 128);
static constexpr double never = 1;  // a threshold at which there are no cuts

/// L* of the scene seen from (x, y).
static cv::Mat lightness(int seed, double x = 0, double y = 0) {
  cv::Mat l;
  view(size, seed, x, y).convertTo(l, CV_32F, 1 / 2.55);
  return l;
}

static Ab flat(double a, double b) { return {cv::Mat(size, CV_32F, cv::Scalar(a)), cv::Mat(size, CV_32F, cv::Scalar(b))}; }

/// A colour that belongs to the scene and moves with it.
static Ab painted(double x, double y) {
  Ab ab{cv::Mat(size, CV_32F), cv::Mat(size, CV_32F)};
  for (int j = 0; j < size.height; ++j)
    for (int i = 0; i < size.width; ++i) {
      ab.a.at<float>(j, i) = static_cast<float>(texture(i + x, j + y, 50) / 4 - 32);
      ab.b.at<float>(j, i) = static_cast<float>(texture(i + x, j + y, 51) / 4 - 32);
    }
  return ab;
}

static double difference(const Ab& one, const Ab& other) {
  return std::max(cv::norm(one.a, other.a, cv::NORM_INF), cv::norm(one.b, other.b, cv::NORM_INF));
}

static void test_the_first_frame_is_what_the_network_says() {
  for (const double stability : {0.0, 0.7, 1.0}) {
    Memory memory;
    g_assert_true(memory.empty());
    g_assert_false(memory.see(lightness(1), never));
    Ab ab = painted(0, 0);
    memory.blend(ab, stability);
    g_assert_cmpfloat(difference(ab, painted(0, 0)), ==, 0);
    g_assert_cmpfloat(difference(memory.recall(), ab), ==, 0);
    g_assert_false(memory.empty());
  }
}

static void test_without_stability_every_frame_is_what_the_network_says() {
  Memory memory;
  for (int i = 0; i < 5; ++i) {
    memory.see(lightness(2, i), never);
    Ab ab = flat(10 * i, -7 * i);
    memory.blend(ab, 0);
    g_assert_cmpfloat(difference(ab, flat(10 * i, -7 * i)), <, 1e-4);
  }
}

/// In a still picture an old colour's share falls by the same factor with each frame, and the slower the greater stability is.
static void test_a_still_picture_takes_a_new_colour_by_a_constant_share() {
  double before = -1;
  for (const double stability : {0.0, 0.3, 0.6, 0.8, 1.0}) {
    Memory memory;
    memory.see(lightness(3), never);
    Ab ab = flat(60, -40);
    memory.blend(ab, stability);
    double left = 1, share = 0;
    for (int i = 0; i < 5; ++i) {
      memory.see(lightness(3), never);
      ab = flat(0, 0);
      memory.blend(ab, stability);
      const double now = cv::mean(ab.a)[0] / 60;
      if (i == 0) share = now;
      expect(difference(ab, flat(60 * now, -40 * now)) < 0.2, "stability %g: uneven", stability);
      expect(std::abs(now - left * share) < 0.005, "stability %g, frame %d: %g is left instead of %g", stability, i, now, left * share);
      left = now;
    }
    g_test_message("stability %g keeps %.3f a frame", stability, share);
    expect(share > before, "stability %g keeps no more than the one before", stability);
    before = share;
  }
  g_assert_cmpfloat(before, >, 0.9);
  g_assert_cmpfloat(before, <, 1);  // a wrong colour must leave some day
}

static void test_colour_moves_with_its_things() {
  Memory memory;
  memory.see(lightness(4), never);
  Ab ab = painted(0, 0);
  memory.blend(ab, 0.7);
  for (int i = 1; i <= 6; ++i) memory.see(lightness(4, 3 * i, -2 * i), never);
  const cv::Rect known(24, 24, 140, 80);
  const Ab wanted = painted(18, -12);
  const double error = cv::norm(memory.recall().a(known), wanted.a(known), cv::NORM_L1) / known.area();
  const double stayed = cv::norm(ab.a(known), wanted.a(known), cv::NORM_L1) / known.area();
  g_test_message("mean error of a* after six frames %.2f, without motion %.2f", error, stayed);
  expect(error < 0.25 * stayed && error < 2, "%g of %g", error, stayed);
}

static void test_what_has_come_into_view_takes_its_own_colour() {
  Memory memory;
  memory.see(lightness(5), never);
  Ab ab = flat(60, 0);
  memory.blend(ab, 1);
  memory.see(lightness(5, 8, 0), never);
  ab = flat(-60, 0);
  memory.blend(ab, 1);
  const double inside = cv::mean(ab.a(cv::Rect(40, 20, 100, 80)))[0], border = cv::mean(ab.a(cv::Rect(size.width - 5, 20, 5, 80)))[0];
  g_test_message("a* inside %.1f, at the border that shows something new %.1f", inside, border);
  expect(inside > 40 && border < -30, "inside %g, border %g", inside, border);
}

static void test_a_cut_forgets() {
  Memory memory;
  for (int i = 0; i < 6; ++i) {
    memory.see(lightness(6), 0.45);
    Ab ab = flat(50, 50);
    memory.blend(ab, 0.9);
  }
  cv::Mat other = lightness(7) * 0.5 + 50;
  g_assert_true(memory.see(other, 0.45));
  g_assert_true(memory.empty());
  Ab ab = flat(-20, 10);
  memory.blend(ab, 0.9);
  g_assert_cmpfloat(difference(ab, flat(-20, 10)), ==, 0);
}

static void test_forgetting_and_another_size_leave_nothing() {
  Memory memory;
  memory.see(lightness(8), never);
  Ab ab = flat(50, 50);
  memory.blend(ab, 1);
  memory.forget();
  g_assert_true(memory.empty());
  g_assert_false(memory.see(lightness(9), 0));  // nothing to compare with is no cut
  memory.blend(ab = flat(1, 2), 1);
  g_assert_cmpfloat(difference(ab, flat(1, 2)), ==, 0);

  cv::Mat small;
  view({64, 32}, 8).convertTo(small, CV_32F, 1 / 2.55);
  g_assert_false(memory.see(small, 0));
  g_assert_true(memory.empty());
  Ab little{cv::Mat(32, 64, CV_32F, cv::Scalar(3)), cv::Mat(32, 64, CV_32F, cv::Scalar(4))};
  memory.blend(little, 1);
  g_assert_true(memory.recall().size() == cv::Size(64, 32));
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/memory/the-first-frame-is-what-the-network-says", test_the_first_frame_is_what_the_network_says);
  g_test_add_func("/memory/without-stability-every-frame-is-what-the-network-says",
                  test_without_stability_every_frame_is_what_the_network_says);
  g_test_add_func("/memory/a-still-picture-takes-a-new-colour-by-a-constant-share",
                  test_a_still_picture_takes_a_new_colour_by_a_constant_share);
  g_test_add_func("/memory/colour-moves-with-its-things", test_colour_moves_with_its_things);
  g_test_add_func("/memory/what-has-come-into-view-takes-its-own-colour", test_what_has_come_into_view_takes_its_own_colour);
  g_test_add_func("/memory/a-cut-forgets", test_a_cut_forgets);
  g_test_add_func("/memory/forgetting-and-another-size-leave-nothing", test_forgetting_and_another_size_leave_nothing);
  return g_test_run();
}
