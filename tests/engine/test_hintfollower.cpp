// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <numbers>

#include "check.h"
#include "hintfollower.h"
#include "moving.h"

using colorize::HintFollower, colorize::PlacedHint, colorize::PlacedHints, colorize::Shot;

namespace {

constexpr double radius = 5;

PlacedHints one(PlacedHint hint) { return std::make_shared<const std::vector<PlacedHint>>(1, hint); }
PlacedHint at(double x, double y) {
  PlacedHint hint{.x = {x}, .y = {y}, .radius = {radius}};
  hint.ab = {50, -20};
  return hint;
}

/// A film of scenes, whose pixels are those that hints are placed on.
struct Film {
  Shot shot;
  HintFollower hints;
  int frame = 0;

  bool show(const Scene& scene, const PlacedHints& placed) {
    cv::Mat lightness;
    scene.codes().convertTo(lightness, CV_32F, 100 / 255.0);
    shot.see(lightness, 0.45);
    return hints.follow(shot, lightness, scene.size, placed, frame++ / 25.0,
                        [](auto...) { return std::array<float, 2>(); });
  }
  bool holds() const { return !hints.planes().empty() && cv::countNonZero(hints.planes().confidence) > 0; }
  /// The middle of what is known to have a colour, in places on the picture.
  cv::Point2d middle() const {
    const auto moments = cv::moments(hints.planes().confidence);
    return {moments.m10 / moments.m00 + 0.5, moments.m01 / moments.m00 + 0.5};
  }
};

}  // namespace

static void test_a_hint_stays_on_its_thing() {
  for (const auto& [dx, dy] : {std::pair{1.5, 0.5}, {-2.0, 1.0}, {3.5, -1.0}}) {
    Film film;
    Scene scene;
    scene.x = dx < 0 ? 110 : 20, scene.y = dy < 0 ? 60 : 20;
    const auto placed = one(at(scene.x + 30, scene.y + 25));
    g_assert_true(film.show(scene, placed));
    for (int i = 0; i < 25; ++i) {
      scene.x += dx, scene.y += dy;
      expect(!film.show(scene, placed), "another hint at frame %d", i);
    }
    const cv::Point2d found = film.middle(), wanted(scene.x + 30, scene.y + 25);
    g_test_message("at %.1f, %.1f for %.1f, %.1f", found.x, found.y, wanted.x, wanted.y);
    expect(cv::norm(found - wanted) < 3, "lost by %.1f pixels", cv::norm(found - wanted));
    const auto& planes = film.hints.planes();
    double low = 0, high = 0;
    cv::minMaxLoc(planes.ab.a, &low, &high);
    expect(low == 0 && high == 50, "a* from %g to %g", low, high);
    g_assert_cmpfloat(cv::norm(planes.ab.b, (-0.4) * planes.ab.a, cv::NORM_INF), <, 1e-4);
  }
}

/// A place of the square, some way from its middle, through most of a quarter turn.
static void test_a_hint_stays_on_what_turns() {
  for (const double step : {2.5, -3.0}) {  // degrees a frame
    Film film;
    Scene scene;
    const auto placed = one(at(scene.place_of(42, 20).x, scene.place_of(42, 20).y));
    film.show(scene, placed);
    double worst = 0;
    for (int i = 0; i < 25; ++i) {
      scene.turn += step * std::numbers::pi / 180;
      scene.x += 1;
      film.show(scene, placed);
      expect(film.holds(), "lost at frame %d", i);
      if (film.holds()) worst = std::max(worst, cv::norm(film.middle() - scene.place_of(42, 20)));
    }
    g_test_message("%.1f degrees a frame: at most %.1f pixels off", step, worst);
    expect(worst < 3, "off by %.1f pixels", worst);
  }
}

/// Nearer and farther, away from the middle, where all moves.
static void test_a_hint_stays_under_a_zoom() {
  for (const double factor : {1.02, 0.98}) {
    Film film;
    Scene scene;
    scene.x = 90, scene.y = 50;
    const auto placed = one(at(scene.place_of(30, 25).x, scene.place_of(30, 25).y));
    film.show(scene, placed);
    double worst = 0;
    for (int i = 0; i < 20; ++i) {
      scene.zoom *= factor;
      film.show(scene, placed);
      expect(film.shot.goes_on() && film.holds(), "lost at frame %d", i);
      if (film.holds()) worst = std::max(worst, cv::norm(film.middle() - scene.place_of(30, 25)));
    }
    g_test_message("to %.2f times: at most %.1f pixels off", scene.zoom, worst);
    expect(worst < 3, "off by %.1f pixels", worst);
  }
}

static void test_a_thing_that_was_hidden_has_its_hint_again() {
  Film film;
  Scene ground;
  ground.side = 0;  // a place on the ground, which the square passes over
  Scene scene;
  scene.y = 40, scene.x = -60;
  const auto placed = one(at(100, 64));
  film.show(scene, placed);
  bool was_hidden = false;
  for (int i = 0; i < 34; ++i) {
    scene.x += 7;
    film.show(scene, placed);
    const bool covered = scene.covered(96, 60) == 1 && scene.covered(104, 68) == 1;
    if (covered && !film.holds()) was_hidden = true;
  }
  expect(was_hidden, "the square had the hint of what it hid");
  g_assert_true(film.holds());
  expect(cv::norm(film.middle() - cv::Point2d(100, 64)) < 3, "at %.1f, %.1f", film.middle().x, film.middle().y);
}

static void test_a_cut_ends_it_and_a_timeless_one_begins_again() {
  for (const bool timed : {true, false}) {
    Film film;
    Scene scene;
    PlacedHint hint = at(60, 60);
    if (timed) hint.time = 0.1;
    const auto placed = one(hint);
    for (int i = 0; i < 6; ++i) {
      film.show(scene, placed);
      expect(film.holds() == (!timed || i >= 3), "%d at frame %d", timed, i);
    }
    scene.seed = 90, scene.dark = 0, scene.light = 110;  // another place
    film.show(scene, placed);
    g_assert_false(film.shot.goes_on());
    expect(film.holds() == !timed, "after the cut, %d", timed);
  }
}

static void test_it_ends_where_its_thing_leaves_and_when_it_is_taken_away() {
  Film film;
  Scene scene;
  scene.x = 120, scene.y = 40;
  const auto placed = one(at(scene.x + 28, scene.y + 28));
  film.show(scene, placed);
  for (int i = 0; i < 40; ++i) {
    scene.x += 3;
    film.show(scene, placed);
  }
  g_assert_false(film.holds());

  Film other;
  Scene still;
  g_assert_true(other.show(still, placed));
  g_assert_true(other.show(still, one(at(scene.x, 5))));  // not in the picture
  g_assert_false(other.holds());
  g_assert_true(other.show(still, placed));
  g_assert_true(other.show(still, {}));
  g_assert_false(other.holds());
}

static void test_what_was_gray_tells_the_cast() {
  Film film;
  Scene scene;
  PlacedHint neutral = at(60, 60);
  neutral.kind = PlacedHint::Kind::neutral;
  film.show(scene, one(neutral));
  g_assert_false(film.holds());
  const colorize::Ab ab(cv::Mat(scene.size, CV_32F, cv::Scalar(3)), cv::Mat(scene.size, CV_32F, cv::Scalar(12)));
  g_assert_true(film.hints.cast(ab) == cv::Vec2f(3, 12));
  scene.x += 1;
  film.show(scene, one(neutral));
  const colorize::Ab later(cv::Mat(scene.size, CV_32F, cv::Scalar(0)), cv::Mat(scene.size, CV_32F, cv::Scalar(0)));
  g_assert_true(film.hints.cast(later) == cv::Vec2f(3, 12));  // held through the shot
  film.show(scene, {});
  g_assert_true(film.hints.cast(later) == cv::Vec2f());
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/hintfollower/stays", test_a_hint_stays_on_its_thing);
  g_test_add_func("/hintfollower/turns", test_a_hint_stays_on_what_turns);
  g_test_add_func("/hintfollower/zoom", test_a_hint_stays_under_a_zoom);
  g_test_add_func("/hintfollower/hidden", test_a_thing_that_was_hidden_has_its_hint_again);
  g_test_add_func("/hintfollower/cut", test_a_cut_ends_it_and_a_timeless_one_begins_again);
  g_test_add_func("/hintfollower/ends", test_it_ends_where_its_thing_leaves_and_when_it_is_taken_away);
  g_test_add_func("/hintfollower/cast", test_what_was_gray_tells_the_cast);
  return g_test_run();
}
