// SPDX-License-Identifier: LGPL-2.1-or-later
#include <numbers>

#include "check.h"
#include "palette.h"

using colorize::Ab, colorize::Palette;

namespace {

struct Colour {
  double hue, chroma;  // degrees, a*b* units
};

Ab one(Colour colour) {
  const double angle = colour.hue * std::numbers::pi / 180;
  return {cv::Mat(1, 1, CV_32F, cv::Scalar(colour.chroma * std::cos(angle))),
          cv::Mat(1, 1, CV_32F, cv::Scalar(colour.chroma * std::sin(angle)))};
}

Colour led(const std::string& text, Colour colour, double held = 0) {
  Ab ab = one(colour);
  Palette::parse(text).apply(cv::Mat(1, 1, CV_32F, cv::Scalar(held)), ab);
  const double a = ab.a.at<float>(0), b = ab.b.at<float>(0);
  return {std::atan2(b, a) * 180 / std::numbers::pi, std::hypot(a, b)};
}

double off(double hue, double wanted) { return std::abs(std::remainder(hue - wanted, 360)); }

// #6b5b3a has L* 39.4, a* 1.5, b* 21.4 by another program.
constexpr double khaki = 86;

}  // namespace

static void test_a_hue_map_changes_its_hues_alone() {
  expect(off(led("blue->#6b5b3a", {270, 20}).hue, khaki) < 2, "blue became %g", led("blue->#6b5b3a", {270, 20}).hue);
  expect(off(led("200..260->40", {230, 20}).hue, 40) < 1, "degrees");
  expect(off(led("350 .. 10 -> 90", {0, 20}).hue, 90) < 1, "through 360");
  expect(off(led("blue->green", {270, 20}).hue, 142.5) < 1, "names");
  for (const double hue : {0, 60, 100, 140, 190, 330}) {
    const Colour now = led("blue->#6b5b3a", {hue, 20});
    expect(off(now.hue, hue) < 0.01 && std::abs(now.chroma - 20) < 0.01, "%g became %g", hue, now.hue);
  }
}

static void test_colours_are_led_to_the_nearest() {
  // Hues 39 and 273 by another program.
  const std::string two = "#c0523c*1,#3c7bc0*1";
  const double red = led("#c0523c*1", {40, 20}).hue, blue = led("#3c7bc0*1", {40, 20}).hue;
  expect(off(led(two, {60, 20}).hue, red) < off(60, red), "orange not to red");
  expect(off(led(two, {250, 20}).hue, blue) < 0.5 * off(250, blue), "blue not to blue");
  double last = off(led("#c0523c*0", {120, 20}).hue, red);
  expect(std::abs(last - off(120, red)) < 0.01, "a strength of 0 does something");
  for (const char* strength : {"0.3", "0.6", "1"}) {
    const double now = off(led(std::string("#c0523c*") + strength, {120, 20}).hue, red);
    expect(now < last, "strength %s leads no further: %g", strength, now);
    last = now;
  }
}

/// What differs goes on to; gray stays gray.
static void test_it_does_not_flatten() {
  for (const std::string& text : {std::string("#6b5b3a"), std::string("blue->#6b5b3a,red->50"), Palette::names()[0]})
    for (int hue = 0; hue < 360; hue += 7) {
      expect(led(text, {static_cast<double>(hue), 0}).chroma == 0, "%s: gray got colour", text.c_str());
      const double once = led(text, {static_cast<double>(hue), 10}).chroma;
      const double twice = led(text, {static_cast<double>(hue), 20}).chroma;
      expect(std::abs(twice - 2 * once) < 1e-3, "%s: chroma %g and %g", text.c_str(), once, twice);
    }
  expect(off(led("#6b5b3a", {40, 20}).hue, led("#6b5b3a", {120, 20}).hue) > 10, "hues became one");
  expect(off(led("blue->#6b5b3a", {250, 20}).hue, led("blue->#6b5b3a", {290, 20}).hue) > 10, "hues of a map did");
}

static void test_what_a_hint_holds_stays() {
  const Colour held = led("#6b5b3a*1", {270, 20}, 1);
  expect(off(held.hue, 270) < 0.01 && std::abs(held.chroma - 20) < 0.01, "hue %g", held.hue);
  const Ab before = one({270, 20});
  Ab half = before, whole = before;
  const Palette palette = Palette::parse("#6b5b3a*1");
  palette.apply(cv::Mat(1, 1, CV_32F, cv::Scalar(0.5)), half);
  palette.apply({}, whole);
  expect(std::abs(half.a.at<float>(0) - (before.a.at<float>(0) + whole.a.at<float>(0)) / 2) < 1e-3, "not half");
}

static void test_stocks_and_strengths() {
  expect(Palette::names().size() == 4, "stocks");
  for (const std::string& name : Palette::names()) {
    const double far = off(led(name, {320, 20}).hue, 320), less = off(led(name + "*0.3", {320, 20}).hue, 320);
    expect(less < far, "%s: %g and weaker %g", name.c_str(), far, less);
  }
  expect(off(led("technicolor,blue->red", {270, 20}).hue, 45) < 25, "a map beside a stock");
}

static void test_what_is_wrong_is_said() {
  const auto says = [](const std::string& text, const std::vector<std::string>& words) {
    expect_error([&] { Palette::parse(text); }, colorize::Error::Kind::settings, words, text);
  };
  says("tecnicolor", {"'tecnicolor'", "technicolor", "faded-eastman", "#rrggbb"});
  says("#6b5b3", {"'#6b5b3'"});
  says("#6b5b3a*1.5", {"'#6b5b3a*1.5'", "0 to 1"});
  says("#6b5b3a*", {"strength"});
  says("blau->#6b5b3a", {"'blau->#6b5b3a'", "blue", "360"});
  says("200..400->40", {"200..400"});
  says("blue->", {"'blue->'", "leads to no colour"});
  says("#6b5b3a,,#000000", {"''"});
  std::string many = "#000000";
  for (int i = 0; i < 200; ++i) many += ",#000000";
  says(many, {"100"});
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/palette/a-hue-map-changes-its-hues-alone", test_a_hue_map_changes_its_hues_alone);
  g_test_add_func("/palette/colours-are-led-to-the-nearest", test_colours_are_led_to_the_nearest);
  g_test_add_func("/palette/does-not-flatten", test_it_does_not_flatten);
  g_test_add_func("/palette/what-a-hint-holds-stays", test_what_a_hint_holds_stays);
  g_test_add_func("/palette/stocks-and-strengths", test_stocks_and_strengths);
  g_test_add_func("/palette/what-is-wrong-is-said", test_what_is_wrong_is_said);
  return g_test_run();
}
