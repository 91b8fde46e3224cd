// SPDX-License-Identifier: LGPL-2.1-or-later
/// Colour by the user's word: hints of places, warmth and tint.

#include <cmath>

#include "element.h"

using namespace test;

namespace {

constexpr int width = 224, height = 128;
constexpr const char* red_on_the_left = "{\"x\": 56, \"y\": 64, \"radius\": 16, \"colour\": \"#b04030\"}";

std::string rgb() { return raw("RGB", width, height); }

/// Two walls, a dark one and a light one, with an edge between.
Picture walls() {
  return paint(rgb(), gray(rgb(), [](int x, int y) { return (x < width / 2 ? 80 : 170) + (x / 4 + y / 4) % 2 * 6; }));
}

/// The mean colour of the picture around a place.
Lab colour_at(const Picture& picture, int x, int y) {
  const Samples all = samples(picture);
  std::array<double, 3> sum{};
  constexpr int reach = 6;
  for (int row = y - reach; row <= y + reach; ++row)
    for (int column = x - reach; column <= x + reach; ++column)
      for (std::size_t c = 0; c < 3; ++c) sum[c] += all[c][static_cast<std::size_t>(row * width + column)];
  for (double& s : sum) s /= (2 * reach + 1) * (2 * reach + 1);
  return decode(picture.info, sum);
}

double distance(const Lab& one, const Lab& other) { return std::hypot(one.a - other.a, one.b - other.b); }

void expect_near(double far) { g_assert_cmpfloat(far, <, 20); }  // of some 56 without the hint

/// Of #b04030, in double precision by another program.
constexpr Lab wanted{0, 44.5, 33.7};

void a_hint_colours_its_place_and_nothing_behind_an_edge() {
  Harness without("colorize"), with("colorize");
  with.set("hints", red_on_the_left);
  for (Harness* harness : {&without, &with}) harness->caps(rgb());
  const Picture plain = without.process(walls()), hinted = with.process(walls());
  const Lab before = colour_at(plain, 56, 64), after = colour_at(hinted, 56, 64);
  g_test_message("a* %.1f, b* %.1f; without %.1f, %.1f", after.a, after.b, before.a, before.b);
  g_assert_cmpfloat(distance(after, wanted), <, 0.35 * distance(before, wanted));
  g_assert_cmpfloat(std::abs(after.l - before.l), <, 0.5);
  const double moved = distance(colour_at(plain, 170, 64), colour_at(hinted, 170, 64));
  g_test_message("behind the edge %.1f", moved);
  g_assert_cmpfloat(moved, <, 0.2 * distance(before, after));
}

/// In any format: a wall that came in red stays so where a hint says it.
void what_a_place_came_with_stays(const std::string& format) {
  const bool is_rgb = format == "RGB";
  const std::string caps = raw(format, width, height, is_rgb ? "" : "colorimetry=bt709");
  const Paint red_walls = [&](int c, int x, int y) {
    const int tone = (x < width / 2 ? 90 : 160) + (x / 4 + y / 4) % 2 * 6;
    return c == 0 ? tone + (is_rgb ? 45 : 0) : is_rgb ? tone - 15 : c == 1 ? 118 : 158;
  };
  const Picture came = paint(caps, red_walls);
  Harness without("colorize"), with("colorize");
  with.set("hints", "{\"x\": \"25%\", \"y\": \"50%\", \"radius\": \"7%\", \"colour\": \"source\"}");
  for (Harness* harness : {&without, &with}) harness->caps(caps);
  const Lab red = colour_at(came, 56, 64);
  const Lab before = colour_at(without.process(paint(caps, red_walls)), 56, 64);
  const Lab after = colour_at(with.process(paint(caps, red_walls)), 56, 64);
  g_test_message("came with a* %.1f, b* %.1f; with %.1f, %.1f, without %.1f, %.1f", red.a, red.b, after.a, after.b,
                 before.a, before.b);
  g_assert_cmpfloat(distance(red, before), >, 15);
  g_assert_cmpfloat(distance(red, after), <, 0.35 * distance(red, before));
}

/// In the very next frame, and away again, by an event as by the property.
void a_hint_is_followed_at_once(GstEventType by_event) {
  Harness harness("colorize");
  harness.caps(rgb());
  const auto say = [&](const char* hints) {
    if (by_event == GST_EVENT_UNKNOWN) {
      harness.set("hints", hints);
      return;
    }
    GstStructure* said = gst_structure_new("colorize-hints", "hints", G_TYPE_STRING, hints, nullptr);
    GstEvent* event = gst_event_new_custom(by_event, said);
    g_assert_true(by_event == GST_EVENT_CUSTOM_UPSTREAM ? gst_harness_push_upstream_event(harness.get(), event)
                                                        : gst_harness_push_event(harness.get(), event));
  };
  Lab gray{};
  for (int i = 0; i < 5; ++i) gray = colour_at(harness.process(walls()), 56, 64);
  say(red_on_the_left);
  const Lab first = colour_at(harness.process(walls()), 56, 64);
  Lab last{};
  for (int i = 0; i < 20; ++i) last = colour_at(harness.process(walls()), 56, 64);
  g_assert_cmpfloat(distance(first, wanted), <, 0.4 * distance(gray, wanted));
  g_assert_cmpfloat(distance(first, last), <, 0.2 * distance(gray, first));
  say("");
  g_assert_cmpfloat(distance(colour_at(harness.process(walls()), 56, 64), gray), <, 0.3 * distance(gray, first));
}

/// One that comes to others is no less sudden, and theirs stay.
void another_hint_is_followed_at_once() {
  Harness harness("colorize");
  harness.caps(rgb());
  harness.set("hints", red_on_the_left);
  Lab left{}, right{};
  for (int i = 0; i < 5; ++i) {
    const Picture picture = harness.process(walls());
    left = colour_at(picture, 56, 64);
    right = colour_at(picture, 170, 64);
  }
  const std::string two =
      std::string(red_on_the_left) + "\n{\"x\": 170, \"y\": 64, \"radius\": 16, \"colour\": \"#3080b0\"}";
  harness.set("hints", two.c_str());
  const Picture first = harness.process(walls());
  for (int i = 0; i < 30; ++i) harness.process(walls());
  const Picture last = harness.process(walls());
  const double whole = distance(right, colour_at(last, 170, 64));
  g_assert_cmpfloat(whole, >, 15);
  g_assert_cmpfloat(distance(colour_at(first, 170, 64), colour_at(last, 170, 64)), <, 0.2 * whole);
  g_assert_cmpfloat(distance(left, colour_at(first, 56, 64)), <, 10);
}

/// The other one keeps its colour meanwhile.
void a_hint_that_changes_is_followed_at_once() {
  Harness harness("colorize");
  harness.caps(rgb());
  const auto say = [&](const char* right) {
    harness.set("hints", (std::string(red_on_the_left) + "\n{\"x\": 170, \"y\": 64, \"radius\": 16, \"colour\": \"" +
                          right + "\"}")
                             .c_str());
  };
  say("#3080b0");
  Picture before = harness.process(walls());
  for (int i = 0; i < 3; ++i) before = harness.process(walls());
  say("#50a040");
  const Picture first = harness.process(walls());
  for (int i = 0; i < 30; ++i) harness.process(walls());
  const Picture last = harness.process(walls());
  const double whole = distance(colour_at(before, 170, 64), colour_at(last, 170, 64));
  g_assert_cmpfloat(whole, >, 15);
  g_assert_cmpfloat(distance(colour_at(first, 170, 64), colour_at(last, 170, 64)), <, 0.2 * whole);
  g_assert_cmpfloat(distance(colour_at(before, 56, 64), colour_at(first, 56, 64)), <, 10);
}

void a_hint_waits_for_its_time() {
  Harness harness("colorize");
  harness.set("hints", "{\"x\": \"25%\", \"y\": \"50%\", \"radius\": 16, \"colour\": \"#b04030\", \"time\": 0.1}");
  harness.caps(rgb());
  std::vector<double> far;
  for (int i = 0; i < 6; ++i) {
    Picture picture = walls();
    GST_BUFFER_PTS(picture.buffer.get()) = static_cast<GstClockTime>(i) * 40 * GST_MSECOND;
    far.push_back(distance(colour_at(harness.process(std::move(picture.buffer)), 56, 64), wanted));
  }
  g_assert_cmpfloat(far[2], >, 0.9 * far[0]);  // at 0.08 s
  g_assert_cmpfloat(far[3], <, 0.4 * far[0]);
}

void lost_frames_do_not_lose_it() {
  Harness harness("colorize");
  harness.set("hints", "{\"x\": 56, \"y\": 64, \"radius\": 16, \"colour\": \"#b04030\", \"time\": 0}");
  harness.caps(rgb());
  for (int i = 0; i < 60; ++i) {
    Picture picture = walls();
    GST_BUFFER_PTS(picture.buffer.get()) = static_cast<GstClockTime>(i) * 40 * GST_MSECOND;
    if (i == 30) GST_BUFFER_FLAG_SET(picture.buffer.get(), GST_BUFFER_FLAG_DISCONT);
    const double far = distance(colour_at(harness.process(std::move(picture.buffer)), 56, 64), wanted);
    if (i == 0 || i >= 30) expect_near(far);
  }
}

/// It comes with the first answer that knows of it, and stays.
void it_comes_beside_the_frames_too() {
  Harness harness("colorize");
  harness.set("async", TRUE);
  harness.caps(rgb());
  harness.set("hints", red_on_the_left);
  double far = 1000;
  for (int i = 0; i < 500 && far > 15; ++i) {
    far = distance(colour_at(harness.process(walls()), 56, 64), wanted);
    g_usleep(5000);
  }
  expect_near(far);
  for (int i = 0; i < 60; ++i) expect_near(distance(colour_at(harness.process(walls()), 56, 64), wanted));
}

void what_cannot_be_read_is_said(const std::string& hints, const std::string& word) {
  const auto element = colorize("colorize");
  g_object_set(element.get(), "hints", hints.c_str(), nullptr);
  const Owned<GstBus> bus(gst_bus_new());
  gst_element_set_bus(element.get(), bus.get());
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
  const BusError error = wait_for_error(bus.get());
  if (error.text.find(word) == std::string::npos) g_error("'%s' does not say '%s'", error.text.c_str(), word.c_str());
  g_object_set(element.get(), "hints", red_on_the_left, nullptr);
  g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), !=, GST_STATE_CHANGE_FAILURE);
  gst_element_set_state(element.get(), GST_STATE_NULL);
  gst_element_set_bus(element.get(), nullptr);
}

/// The chain does not stop for a word that nobody understands.
void while_it_plays_it_is_a_warning() {
  for (const char* model : {"colorize", "ab-constant"}) {
    Harness harness(model == std::string("colorize") ? model : network(model));
    harness.caps(rgb());
    const auto before = bytes(harness.process(walls()).buffer.get());
    harness.set("hints", model == std::string("colorize") ? "{" : red_on_the_left);  // the other takes none
    g_assert_true(bytes(harness.process(walls()).buffer.get()) == before);
    const Owned<GstMessage> warning(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_WARNING));
    g_assert_nonnull(warning.get());
    g_assert_null(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ERROR));
  }
}

void warmth_and_tint_are_added(double warmth, double tint) {
  Harness harness;
  harness.set("warmth", warmth);
  harness.set("tint", tint);
  const std::string caps = raw("RGB", 40, 24);
  harness.caps(caps);
  g_assert_cmpfloat(
      farthest_from(harness.process(paint(caps, gray_squares(caps))), constant_a + tint, constant_b + warmth), <, 0.7);
}

/// What the network makes of a neutral place goes from the whole scene.
void a_neutral_place_takes_the_cast_away() {
  Harness harness;  // whose network makes all of one colour, and takes no hints
  harness.set("hints", "{\"x\": 20, \"y\": 12, \"kind\": \"neutral\"}");
  const std::string caps = raw("RGB", 40, 24);
  harness.caps(caps);
  g_assert_cmpfloat(farthest_from(harness.process(paint(caps, gray_squares(caps))), 0, 0), <, 0.6);
}

/// From its time to the next cut; in the place of what the sliders say, at once, and away at once.
void a_scene_has_its_own_warmth_and_tint() {
  Harness harness;
  harness.set("tint", 7.0);
  harness.set("hints", "{\"time\": 0.1, \"warmth\": 20, \"tint\": -9}");
  const std::string caps = raw("RGB", 256, 144);
  harness.caps(caps);
  const auto far = [&](int frame, double tint, double warmth) {
    const auto tone = [=](int x, int y) {
      return frame < 8 ? 170 - 45 * ((x / 13 + y / 29) % 3) : 80 + 45 * ((y / 9 + x / 31) % 3);
    };
    Picture picture = paint(caps, gray(caps, tone));
    GST_BUFFER_PTS(picture.buffer.get()) = static_cast<GstClockTime>(frame) * 40 * GST_MSECOND;
    return farthest_from(harness.process(std::move(picture.buffer)), constant_a + tint, constant_b + warmth);
  };
  for (int i = 0; i < 3; ++i) g_assert_cmpfloat(far(i, 7, 0), <, 0.7);
  for (int i = 3; i < 8; ++i) g_assert_cmpfloat(far(i, -9, 20), <, 0.7);
  for (int i = 8; i < 10; ++i) g_assert_cmpfloat(far(i, 7, 0), <, 0.7);
  harness.set("hints", "{\"warmth\": 11}\n{\"warmth\": -12, \"tint\": 4}");  // of every scene; the last one holds
  g_assert_cmpfloat(far(10, 4, -12), <, 0.7);
  harness.set("hints", "{\"time\": 0.44, \"warmth\": 9}\n{\"warmth\": 13}");  // that of this very scene holds
  g_assert_cmpfloat(far(11, 0, 9), <, 0.7);
  harness.set("hints", "{\"warmth\": 11}");
  g_assert_cmpfloat(far(12, 0, 11), <, 0.7);
  harness.set("hints", "");
  g_assert_cmpfloat(far(13, 7, 0), <, 0.7);
}

}  // namespace

int main(int argc, char** argv) {
  test::init(&argc, &argv);
  add("/hints/colours-its-place-and-nothing-behind-an-edge", a_hint_colours_its_place_and_nothing_behind_an_edge);
  for (const char* format : {"RGB", "Y444"})
    add(std::string("/hints/source/") + format, [format] { what_a_place_came_with_stays(format); });
  add("/hints/followed-at-once/property", [] { a_hint_is_followed_at_once(GST_EVENT_UNKNOWN); });
  add("/hints/followed-at-once/upstream", [] { a_hint_is_followed_at_once(GST_EVENT_CUSTOM_UPSTREAM); });
  add("/hints/followed-at-once/downstream", [] { a_hint_is_followed_at_once(GST_EVENT_CUSTOM_DOWNSTREAM); });
  add("/hints/followed-at-once/beside-others", another_hint_is_followed_at_once);
  add("/hints/followed-at-once/changed", a_hint_that_changes_is_followed_at_once);
  add("/hints/waits-for-its-time", a_hint_waits_for_its_time);
  add("/hints/lost-frames-do-not-lose-it", lost_frames_do_not_lose_it);
  add("/hints/comes-beside-the-frames-too", it_comes_beside_the_frames_too);
  for (const auto& [hints, word] : {std::pair{"{\"x\": 1}", "\"y\""},
                                    {"{\"x\": 1, \"y\": 1}", "\"colour\""},
                                    {"{\"x\": 1, \"y\": 1, \"colour\": \"red\"}", "#rrggbb"},
                                    {"{\"x\": 1, \"y\": 1, \"color\": \"#000000\"}", "\"color\""},
                                    {"{\"x\": \"1\", \"y\": 1, \"colour\": \"gray\"}", "100%"},
                                    {"{\"x\": 1, \"y\": 1, \"colour\": \"gray\", \"kind\": \"warm\"}", "neutral"},
                                    {"{\"x\": true, \"y\": 1, \"colour\": \"gray\"}", "number"},
                                    {"{\"x\": 1, \"y\": 1, \"colour\": \"gray\"}\n{", "line 2"},
                                    {"{\"x\": 1, \"y\": 1e999, \"colour\": \"gray\"}", "1000000000"},
                                    {"{\"x\": 1, \"y\": 1, \"radius\": -2, \"colour\": \"gray\"}", "\"radius\""},
                                    {"{\"warmth\": 51}", "from -50 to 50"},
                                    {"{\"tint\": 5, \"x\": 3}", "\"x\""},
                                    {"[]", "[]"},
                                    {"/nowhere/hints.jsonl", "/nowhere/hints.jsonl"}})
    add(std::string("/hints/said/") + word, [hints = hints, word = word] { what_cannot_be_read_is_said(hints, word); });
  add("/hints/while-it-plays-it-is-a-warning", while_it_plays_it_is_a_warning);
  for (const auto& [warmth, tint] : {std::pair{0.0, 0.0}, {20.0, 0.0}, {0.0, -12.0}, {15.0, -10.0}})
    add("/hints/added/" + std::to_string(warmth) + "," + std::to_string(tint),
        [warmth = warmth, tint = tint] { warmth_and_tint_are_added(warmth, tint); });
  add("/hints/of-a-scene", a_scene_has_its_own_warmth_and_tint);
  add("/hints/neutral", a_neutral_place_takes_the_cast_away);
  add("/hints/said/deep", [] { what_cannot_be_read_is_said("{\"x\": " + std::string(400000, '['), "words alone"); });
  return g_test_run();
}
