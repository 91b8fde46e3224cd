// SPDX-License-Identifier: LGPL-2.1-or-later
#include <numeric>

#include "along.h"
#include "check.h"
#include "motion.h"
#include "moving.h"

using colorize::Motion;

namespace {

/// The means of what a Motion says where `counts(x, y)` holds.
struct Found {
  double error = 0;  ///< distance from the true origin, pixels
  double trust = 0;
  long pixels = 0;
};

template <typename Counts, typename Origin>
Found look(const Motion& motion, const Counts& counts, const Origin& true_origin) {
  Found found;
  const cv::Mat& trust = motion.trust();
  for (int y = 0; y < trust.rows; ++y)
    for (int x = 0; x < trust.cols; ++x) {
      if (!counts(x, y)) continue;
      const auto [to_x, to_y] = true_origin(x, y);
      const auto origin = motion.origin().at<cv::Vec2f>(y, x);
      found.error += std::hypot(origin[0] - to_x, origin[1] - to_y);
      found.trust += trust.at<float>(y, x);
      ++found.pixels;
    }
  g_assert_cmpint(found.pixels, >, 0);
  found.error /= static_cast<double>(found.pixels), found.trust /= static_cast<double>(found.pixels);
  return found;
}

std::pair<double, double> same_place(int x, int y) { return {x, y}; }

constexpr std::pair<double, double> speeds[] = {{0.5, 0.25}, {-1, 2}, {3.3, -1.7}, {-6.5, 4.5}, {9, 0}};

/// Deep inside, where neither the square's edge nor a patch across it disturbs.
auto inside_square(const Scene& scene) {
  return [scene](int x, int y) {
    constexpr double margin = 12;
    return x > scene.x + margin && x < scene.x + scene.side - margin && y > scene.y + margin &&
           y < scene.y + scene.side - margin;
  };
}

}  // namespace

static void test_a_square_that_moves_is_found_and_trusted() {
  for (const auto& [dx, dy] : speeds) {
    Scene scene;
    scene.x = 70, scene.y = 40;
    const cv::Mat last = scene.codes();
    scene.x += dx, scene.y += dy;
    Motion motion;
    motion.estimate(last, scene.codes());
    const Found square =
        look(motion, inside_square(scene), [dx = dx, dy = dy](int x, int y) { return std::pair(x - dx, y - dy); });
    const Found ground = look(
        motion, [&](int x, int y) { return y < scene.y - 20 && x > 8 && y > 8; }, same_place);
    g_test_message("speed %.2f, %.2f: square off by %.3f, trust %.3f; ground off by %.3f, trust %.3f", dx, dy,
                   square.error, square.trust, ground.error, ground.trust);
    expect(square.error < 0.9 && square.trust > 0.8, "the square at speed %.2f, %.2f", dx, dy);
    expect(ground.error < 0.1 && ground.trust > 0.98, "the ground at speed %.2f, %.2f", dx, dy);
  }
}

static void test_a_pan_is_found_and_what_comes_in_is_not_trusted() {
  for (const auto& [dx, dy] : speeds) {
    Scene scene;
    const cv::Mat last = scene.codes();
    scene.x += dx, scene.y += dy, scene.pan_x = dx, scene.pan_y = dy;
    Motion motion;
    motion.estimate(last, scene.codes());
    const auto origin = [dx = dx, dy = dy](int x, int y) { return std::pair(x - dx, y - dy); };
    const auto was_outside = [&](int x, int y) {  // by half a pixel at least, so that the flow can tell
      const auto [from_x, from_y] = origin(x, y);
      return from_x < -0.5 || from_y < -0.5 || from_x > scene.size.width - 0.5 || from_y > scene.size.height - 0.5;
    };
    const auto far_from_border = [&](int x, int y) {
      return x > 16 && y > 16 && x < scene.size.width - 16 && y < scene.size.height - 16;
    };
    const cv::Rect deep(16, 16, scene.size.width - 32, scene.size.height - 32);
    const double missed = cv::norm(motion.moved()(deep), scene.codes()(deep), cv::NORM_L1) / deep.area();
    g_test_message("levels missed %.2f", missed);
    expect(missed < 3, "pan of %.2f, %.2f: the last picture is brought here but for %.2f levels", dx, dy, missed);
    const Found middle = look(motion, far_from_border, origin);
    g_test_message("pan of %.2f, %.2f: off by %.3f, trust %.3f", dx, dy, middle.error, middle.trust);
    expect(middle.error < 0.2 && middle.trust > 0.95, "pan of %.2f, %.2f", dx, dy);
    if (std::max(std::abs(dx), std::abs(dy)) < 1) continue;
    const Found new_parts = look(motion, was_outside, origin);
    g_test_message("  what came in: trust %.3f", new_parts.trust);
    expect(new_parts.trust < 0.25, "trust in what came in by a pan of %.2f, %.2f: %.3f", dx, dy, new_parts.trust);
  }
}

static void test_uncovered_ground_is_not_trusted() {
  for (const double speed : {1.5, 3.0, 6.0, 9.0, 12.0, 16.0}) {
    double trust = 0;
    constexpr int places = 6;
    for (int seed = 1; seed <= places; ++seed) {
      Scene before;
      before.x = 70, before.y = 40, before.seed = seed;
      Scene scene = before;
      scene.x += speed;
      Motion motion;
      motion.estimate(before.codes(), scene.codes());
      const auto uncovered = [&](int x, int y) { return before.covered(x, y) == 1 && scene.covered(x, y) == 0; };
      trust += look(motion, uncovered, same_place).trust / places;
    }
    g_test_message("speed %g: trust in uncovered ground %.3f", speed, trust);
    expect(trust < 0.45, "uncovered ground at speed %g has trust %.3f", speed, trust);
  }
}

static void test_nothing_else_is_trusted_than_the_same() {
  // Another picture altogether: what is trusted by chance must at least look the same.
  Scene scene;
  const cv::Mat last = scene.codes();
  scene.seed = 50;
  const cv::Mat now = scene.codes();
  Motion motion;
  motion.estimate(last, now);
  const Found all = look(
      motion, [](int, int) { return true; }, same_place);
  g_test_message("trust between two pictures: %.3f", all.trust);
  expect(all.trust < 0.2, "trust between two pictures: %.3f", all.trust);
  cv::Mat moved;
  colorize::move_along(last, motion.origin(), moved);
  // Nor does smoothed motion make one picture of another as free motion does, or nobody could tell a cut.
  const double smoothed = cv::norm(motion.moved(), now, cv::NORM_L1), free = cv::norm(moved, now, cv::NORM_L1);
  g_test_message("by smoothed motion %.3f as unlike as by free motion", smoothed / free);
  expect(smoothed > 1.03 * free, "smoothed motion is as free as any: %.3f", smoothed / free);
  for (int y = 0; y < now.rows; ++y)
    for (int x = 0; x < now.cols; ++x) {
      const int unlike = std::abs(moved.at<uchar>(y, x) - now.at<uchar>(y, x));
      const float trust = motion.trust().at<float>(y, x);
      expect(trust >= 0 && trust <= 1 && (trust == 0 || unlike < 32), "trust %.3f at a difference of %d", trust,
             unlike);
    }
}

static void test_a_still_picture_stays_exactly_where_it_is() {
  const cv::Mat picture = Scene().codes();
  Motion motion;
  motion.estimate(picture, picture);
  Worst moved("origin of still pixels"), trusted("lack of trust in them");
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      const auto origin = motion.origin().at<cv::Vec2f>(y, x);
      moved.add(std::hypot(origin[0] - x, origin[1] - y));
      trusted.add(1 - motion.trust().at<float>(y, x));
    }
  moved.within(0), trusted.within(0);
}

static void test_grain_does_not_shake_a_still_picture() {
  const cv::Mat picture = Scene().codes();
  for (const double deviation : {4.0, 8.0}) {
    Motion motion;
    motion.estimate(with_grain(picture, deviation, 1), with_grain(picture, deviation, 2));
    const Found all = look(
        motion, [](int, int) { return true; }, same_place);
    g_test_message("grain of %g levels: off by %.3f, trust %.3f", deviation, all.error, all.trust);
    expect(all.error < 0.25 && all.trust > 0.9, "grain of %g levels", deviation);
  }
}

/// After two pictures that have nothing in common, and after another size, all is as if there had been nothing before.
static void test_nothing_is_left_of_the_frames_before() {
  Scene one, other, moved, small;
  other.seed = 50, moved.x += 3, moved.pan_x = 1, small.size = {32, 24};
  Motion used, fresh;
  used.estimate(one.codes(), other.codes());
  used.estimate(small.codes(), small.codes());
  used.estimate(other.codes(), one.codes());
  used.estimate(one.codes(), moved.codes()), fresh.estimate(one.codes(), moved.codes());
  g_assert_cmpfloat(cv::norm(used.origin(), fresh.origin(), cv::NORM_INF), ==, 0);
  g_assert_cmpfloat(cv::norm(used.trust(), fresh.trust(), cv::NORM_INF), ==, 0);
}

static void test_any_size_will_do() {
  for (const cv::Size size :
       {cv::Size(1, 1), cv::Size(4, 4), cv::Size(12, 12), cv::Size(16, 16), cv::Size(4, 96), cv::Size(96, 4),
        cv::Size(256, 8), cv::Size(32, 256), cv::Size(256, 32), cv::Size(64, 48), cv::Size(251, 143)}) {
    Scene scene;
    scene.size = size;
    const cv::Mat last = scene.codes();
    Motion motion;
    for (const cv::Size before : {size, cv::Size(64, 48), size}) {  // sizes may alternate
      scene.size = before;
      motion.estimate(scene.codes(), scene.codes());
      expect(motion.origin().size() == before && motion.moved().size() == before && motion.trust().size() == before,
             "%dx%d", before.width, before.height);
      for (int y = 0; y < before.height; ++y)
        for (int x = 0; x < before.width; ++x)
          expect(std::isfinite(motion.origin().at<cv::Vec2f>(y, x)[0]) && motion.trust().at<float>(y, x) >= 0,
                 "%dx%d at %d, %d", before.width, before.height, x, y);
    }
  }
}

/// Sides at which OpenCV's flow changes its scales, and all below: some of them crashed it. Valgrind sees what does
/// not.
static void test_every_small_size() {
  std::vector<int> sides(40);
  std::iota(sides.begin(), sides.end(), 1);
  for (const int side : {45, 46, 63, 64, 79, 80, 159, 160, 320, 1024}) sides.push_back(side);
  for (const int width : sides)
    for (const int height : sides) {
      if (std::min(width, height) > 40) continue;
      Scene scene;
      scene.size = {width, height}, scene.x = width / 3.0, scene.y = height / 3.0, scene.side = 6;
      const cv::Mat last = scene.codes();
      scene.x += 1;
      Motion motion;
      for (const bool back : {false, true}) motion.estimate(back ? scene.codes() : last, back ? last : scene.codes());
      expect(cv::checkRange(motion.origin()) && cv::checkRange(motion.trust(), true, nullptr, 0, 1.001),
             "%dx%d: no place, or no trust", width, height);
    }
}

/// A picture just large enough for a flow has one.
static void test_the_smallest_flow() {
  for (const cv::Size size : {cv::Size(16, 16), cv::Size(160, 16), cv::Size(16, 160)}) {
    Scene scene;
    scene.size = size, scene.x = scene.y = 100;
    const cv::Mat last = scene.codes();
    scene.pan_x = 1;
    Motion motion;
    motion.estimate(last, scene.codes());
    const Found all = look(
        motion, [](int, int) { return true; }, [](int x, int y) { return std::pair(x - 1, y); });
    g_test_message("%dx%d: off by %.3f", size.width, size.height, all.error);
    expect(all.error < 0.8, "%dx%d: off by %.3f", size.width, size.height, all.error);
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/motion/square", test_a_square_that_moves_is_found_and_trusted);
  g_test_add_func("/motion/pan", test_a_pan_is_found_and_what_comes_in_is_not_trusted);
  g_test_add_func("/motion/uncovered", test_uncovered_ground_is_not_trusted);
  g_test_add_func("/motion/unlike", test_nothing_else_is_trusted_than_the_same);
  g_test_add_func("/motion/still", test_a_still_picture_stays_exactly_where_it_is);
  g_test_add_func("/motion/grain", test_grain_does_not_shake_a_still_picture);
  g_test_add_func("/motion/nothing-left", test_nothing_is_left_of_the_frames_before);
  g_test_add_func("/motion/sizes", test_any_size_will_do);
  g_test_add_func("/motion/small-sizes", test_every_small_size);
  g_test_add_func("/motion/smallest-flow", test_the_smallest_flow);
  return g_test_run();
}
