// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "check.h"
#include "hintchange.h"

using colorize::Ab, colorize::bound_change;

namespace {

Ab plane(cv::Size size, double a, double b) {
  return {cv::Mat(size, CV_32F, cv::Scalar(a)), cv::Mat(size, CV_32F, cv::Scalar(b))};
}

cv::Point2f at(const Ab& ab, int x, int y = 0) { return {ab.a.at<float>(y, x), ab.b.at<float>(y, x)}; }
void set(Ab& ab, int x, cv::Point2f to) {
  ab.a.at<float>(0, x) = to.x;
  ab.b.at<float>(0, x) = to.y;
}

/// Of all mixtures of three of `asked`, the one that is nearest to `to`, by trying (1/`parts` fine).
double nearest_mixture(const std::vector<cv::Point2f>& asked, cv::Point2f to) {
  constexpr int parts = 50;
  double best = 1e9;
  for (const auto& p : asked)
    for (const auto& q : asked)
      for (const auto& r : asked)
        for (int i = 0; i <= parts; ++i)
          for (int j = 0; i + j <= parts; ++j)
            best = std::min(best, cv::norm((i * p + j * q + (parts - i - j) * r) / parts - to));
  return best;
}

}  // namespace

/// A colour that says 20, 10 more than there is: whatever else the network made of it goes.
static void test_one_hint_changes_towards_its_colour_alone() {
  const cv::Size row(5, 1);
  Ab said = plane(row, 0, 0), change = plane(row, 0, 0);
  const Ab without = plane(row, 5, -5);
  cv::Mat reach(row, CV_32F, cv::Scalar(0.5));
  reach.at<float>(0, 0) = 1;
  set(said, 0, {25, 5});
  const cv::Point2f asked(20, 10);
  for (const auto& [x, answered, wanted] : {std::tuple{0, asked, asked},
                                            {1, 3 * asked, asked / 2},
                                            {2, -asked, cv::Point2f()},
                                            {3, 0.5F * asked + cv::Point2f(-10, 20), asked / 4},
                                            {4, cv::Point2f(-10, 20), cv::Point2f()}}) {
    set(change, x, answered);
    Ab bounded = change;
    bound_change(said, reach, without, bounded);
    expect(cv::norm(at(bounded, x) - wanted) < 1e-4, "%d: %g, %g", x, at(bounded, x).x, at(bounded, x).y);
  }
}

/// Of several, some mixture of what they ask for, the nearest one.
static void test_several_change_to_the_nearest_mixture() {
  std::mt19937 random(1);
  std::normal_distribution<float> some(0, 15);
  for (int round = 0; round < 20; ++round) {
    const int hints = 2 + round % 3;
    const cv::Size row(hints + 1, 1);
    Ab said = plane(row, 0, 0), without = said, change = said;
    cv::Mat reach(row, CV_32F, cv::Scalar(1));
    reach.at<float>(0, hints) = 0.9F;
    std::vector<cv::Point2f> asked{{0, 0}};
    for (int x = 0; x < hints; ++x) {
      set(said, x, {some(random), some(random)});
      set(without, x, {some(random), some(random)});
      asked.push_back(at(said, x) - at(without, x));
    }
    const cv::Point2f answered(some(random), some(random));
    set(change, hints, answered);
    bound_change(said, reach, without, change);
    const cv::Point2f bounded = at(change, hints) / 0.9F;
    const double far = cv::norm(bounded - answered), nearest = nearest_mixture(asked, answered);
    expect(std::abs(far - nearest) < 1.5, "%d: %g away, the nearest %g", round, far, nearest);
    expect(nearest_mixture(asked, bounded) < 1.5, "%d: no mixture", round);
  }
}

static void test_where_none_is_nothing_changes() {
  const cv::Size size(4, 3);
  Ab change = plane(size, 7, -3);
  bound_change(plane(size, 50, 50), cv::Mat(size, CV_32F, cv::Scalar(0.8)), plane(size, 0, 0), change);
  expect(cv::countNonZero(change.a) + cv::countNonZero(change.b) == 0, "it changed");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/hintchange/one", test_one_hint_changes_towards_its_colour_alone);
  g_test_add_func("/hintchange/several", test_several_change_to_the_nearest_mixture);
  g_test_add_func("/hintchange/none", test_where_none_is_nothing_changes);
  return g_test_run();
}
