// SPDX-License-Identifier: LGPL-2.1-or-later
#include <functional>

#include "check.h"
#include "cover.h"
#include "moving.h"

using colorize::Cover, colorize::Region, colorize::Regions, colorize::Shot;

namespace {

constexpr auto code = [](const cv::Mat& plane, int x, int y) { return int{plane.at<uchar>(y, x)}; };

Regions list(std::vector<Region> regions) { return std::make_shared<const std::vector<Region>>(std::move(regions)); }

Region rectangle(double x, double y, double width, double height) {
  return {.polygon = {{{x}, {y}}, {{x + width}, {y}}, {{x + width}, {y + height}}, {{x}, {y + height}}}};
}

/// Of a picture of this size by itself.
cv::Mat drawn(const Regions& inside, const Regions& excluded, cv::Size picture, cv::Size plane) {
  Cover cover;
  cover.follow(Shot(), cv::Mat(36, 64, CV_32F, cv::Scalar(50)), picture, inside, excluded, -1);
  return cover.draw(plane).clone();
}

/// A film of scenes, whose pixels are those that regions are placed on.
struct Film {
  Shot shot;
  Cover cover;
  int frame = 0;

  cv::Mat show(const Scene& scene, const Regions& inside, const Regions& excluded = {}) {
    cv::Mat lightness;
    scene.codes().convertTo(lightness, CV_32F, 100 / 255.0);
    shot.see(lightness, 0.45);
    cover.follow(shot, lightness, scene.size, inside, excluded, frame++ / 25.0);
    return cover.draw(scene.size);
  }
};

cv::Point2d middle(const cv::Mat& plane) {
  const auto moments = cv::moments(plane);
  return {moments.m10 / moments.m00 + 0.5, moments.m01 / moments.m00 + 0.5};
}

}  // namespace

/// Also where edges lie within samples: whatever is touched from outside gets none.
static void test_a_rectangle_covers_its_samples() {
  for (const cv::Size picture : {cv::Size(96, 64), cv::Size(95, 63), cv::Size(33, 17)})
    for (const int half : {1, 2})
      for (const auto& [x, y, w, h] : {std::array{8, 4, 12, 8}, {7, 3, 12, 9}, {0, 0, 200, 200}, {9, 5, 1, 1}}) {
        const cv::Size size((picture.width + half - 1) / half, (picture.height + half - 1) / half);
        const auto one = list({rectangle(x, y, w, h)});
        const cv::Mat inside = drawn(one, {}, picture, size), outside = drawn({}, one, picture, size);
        for (int row = 0; row < size.height; ++row)
          for (int column = 0; column < size.width; ++column) {
            const double left = column * half, right = left + half, top = row * half, bottom = top + half;
            const double slack = 0.01;
            const bool within =
                left >= x - slack && right <= x + w + slack && top >= y - slack && bottom <= y + h + slack;
            const bool apart =
                right <= x + slack || left >= x + w - slack || bottom <= y + slack || top >= y + h - slack;
            expect(code(inside, column, row) == 255 * within, "%d,%d of %d: %d", column, row, half,
                   code(inside, column, row));
            expect(code(outside, column, row) == 255 * apart, "%d,%d of %d: %d not excluded", column, row, half,
                   code(outside, column, row));
          }
      }
}

static void test_an_edge_is_soft_on_the_side_of_colour() {
  Region region = rectangle(20, 10, 40, 40);
  region.soft = {10};
  const cv::Mat inside = drawn(list({region}), {}, {96, 64}, {96, 64});
  const cv::Mat outside = drawn({}, list({region}), {96, 64}, {96, 64});
  for (int x = 0; x < 20; ++x) g_assert_cmpint(code(inside, x, 30), ==, 0);
  for (int x = 20; x < 30; ++x) g_assert_cmpint(code(inside, x, 30), <, code(inside, x + 1, 30));
  for (int x = 31; x < 49; ++x) g_assert_cmpint(code(inside, x, 30), ==, 255);
  for (int x = 20; x < 60; ++x) g_assert_cmpint(code(outside, x, 30), ==, 0);
  for (int x = 60; x < 69; ++x) g_assert_cmpint(code(outside, x, 30), <, code(outside, x + 1, 30));
  g_assert_cmpint(code(outside, 75, 30), ==, 255);
  g_assert_cmpint(code(outside, 8, 30), ==, 255);
}

static void test_polygons_masks_and_shares() {
  const auto share = [](double percent) { return colorize::PlacedHint::Length{percent / 100, true}; };
  const Region triangle{.polygon = {{share(0), share(0)}, {share(100), share(0)}, {share(0), share(100)}}};
  const cv::Mat half = drawn(list({triangle}), {}, {200, 100}, {200, 100});
  g_assert_cmpint(code(half, 20, 20), ==, 255);
  g_assert_cmpint(code(half, 180, 80), ==, 0);
  g_assert_cmpfloat(std::abs(cv::countNonZero(half) / 20000.0 - 0.5), <, 0.01);

  cv::Mat picture(20, 40, CV_8U, cv::Scalar(0));
  picture(cv::Rect(20, 0, 20, 20)) = 255;
  const Region mask{.mask = std::make_shared<const cv::Mat>(picture)};
  const cv::Mat right = drawn(list({mask}), {}, {200, 100}, {100, 50});
  const cv::Mat left = drawn({}, list({mask}), {200, 100}, {100, 50});
  for (int x = 0; x < 100; ++x)
    if (std::abs(x - 50) > 3) {
      g_assert_cmpint(code(right, x, 25), ==, x < 50 ? 0 : 255);
      g_assert_cmpint(code(left, x, 25), ==, x < 50 ? 255 : 0);
    }

  const cv::Mat both = drawn(list({rectangle(0, 0, 20, 20), rectangle(40, 0, 20, 20)}), list({rectangle(0, 0, 10, 20)}),
                             {80, 40}, {80, 40});
  for (const auto& [x, wanted] : {std::pair{5, 0}, {15, 255}, {30, 0}, {50, 255}, {70, 0}})
    g_assert_cmpint(code(both, x, 10), ==, wanted);
  g_assert_true(drawn({}, {}, {80, 40}, {80, 40}).empty());
  expect(cv::countNonZero(drawn(list({Region{.detected = ""}}), {}, {80, 40}, {80, 40})) == 0, "nothing was detected");
}

/// A polygon goes with its square, and one that stays does not.
static void test_it_moves_with_its_thing() {
  for (const auto& [dx, dy] : {std::pair{1.5, 0.5}, {-2.0, 1.0}, {3.0, -1.0}})
    for (const bool by_mask : {false, true}) {
      Scene scene;
      scene.x = dx < 0 ? 110 : 20, scene.y = dy < 0 ? 60 : 20;
      Region region = rectangle(scene.x, scene.y, scene.side, scene.side);
      if (by_mask) {
        cv::Mat picture(scene.size, CV_8U, cv::Scalar(0));
        picture(cv::Rect(cvRound(scene.x), cvRound(scene.y), 56, 56)) = 255;
        region = {.mask = std::make_shared<const cv::Mat>(picture)};
      }
      region.moves = true;
      const auto moving = list({region}), still = list({rectangle(4, 4, 20, 20)});
      Film film;
      for (int i = 0; i < 25; ++i, scene.x += dx, scene.y += dy) {
        const cv::Mat plane = film.show(scene, moving, still);
        for (int x = 5; x < 24; ++x) g_assert_cmpint(code(plane, x, 10), ==, 0);
        if (i < 24) continue;
        cv::Mat whole = plane.clone();
        const cv::Point2d found = middle(whole), wanted(scene.x + 28, scene.y + 28);
        g_test_message("at %.1f, %.1f for %.1f, %.1f, %.0f of 3136 pixels", found.x, found.y, wanted.x, wanted.y,
                       cv::sum(whole)[0] / 255);
        expect(cv::norm(found - wanted) < 0.6, "lost by %.1f pixels", cv::norm(found - wanted));
        expect(std::abs(cv::sum(whole)[0] / 255 - 3136) < 300, "grew to %g", cv::sum(whole)[0] / 255);
      }
    }
}

static void test_it_holds_from_its_time_to_the_end_of_the_shot() {
  Region timed = rectangle(40, 30, 56, 56), titles = rectangle(0, 0, 20, 20);
  timed.time = 0.2;
  timed.moves = true;
  titles.time = 0.08;
  titles.end = 0.4;
  const auto inside = list({timed}), excluded = list({titles});
  Film film;
  Scene one, other;
  other.seed = 90, other.dark = 0, other.light = 110;
  for (int i = 0; i < 20; ++i) {
    const cv::Mat plane = film.show(i < 15 ? one : other, inside, excluded);
    const bool moving_holds = i >= 5 && i < 15, titles_hold = i >= 2 && i < 10;
    expect(plane.empty() == (!moving_holds && !titles_hold), "frame %d", i);
    if (plane.empty()) continue;
    g_assert_cmpint(code(plane, 10, 10), ==, (titles_hold || moving_holds ? 0 : 255));
    g_assert_cmpint(code(plane, 120, 100), ==, moving_holds ? 0 : 255);
    g_assert_cmpint(code(plane, 60, 50), ==, 255);
  }
}

/// One without a time is there again in each shot, where it was placed.
static void test_it_begins_anew_with_each_shot() {
  Region region = rectangle(20, 20, 56, 56);
  region.moves = true;
  const auto inside = list({region});
  Film film;
  Scene scene;
  scene.x = scene.y = 20;
  for (int i = 0; i < 10; ++i, scene.x += 3) film.show(scene, inside);
  Scene other;
  other.seed = 90, other.dark = 0, other.light = 110;
  const cv::Point2d found = middle(film.show(other, inside));
  expect(cv::norm(found - cv::Point2d(48, 48)) < 0.6, "at %g, %g", found.x, found.y);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/cover/a-rectangle-covers-its-samples", test_a_rectangle_covers_its_samples);
  g_test_add_func("/cover/soft-on-the-side-of-colour", test_an_edge_is_soft_on_the_side_of_colour);
  g_test_add_func("/cover/polygons-masks-and-shares", test_polygons_masks_and_shares);
  g_test_add_func("/cover/moves-with-its-thing", test_it_moves_with_its_thing);
  g_test_add_func("/cover/from-its-time-to-the-end-of-the-shot", test_it_holds_from_its_time_to_the_end_of_the_shot);
  g_test_add_func("/cover/anew-with-each-shot", test_it_begins_anew_with_each_shot);
  return g_test_run();
}
