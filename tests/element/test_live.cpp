// SPDX-License-Identifier: LGPL-2.1-or-later
/// What live pictures need: frames that do not wait, quality that goes before frames do, figures, and many streams that
/// share a network.

#include <algorithm>
#include <fstream>
#include <numeric>
#include <thread>

#include "element.h"

using namespace test;

namespace {

Owned<GstStructure> stats_of(GstElement* element) {
  GstStructure* stats = nullptr;
  g_object_get(element, "stats", &stats, nullptr);
  return Owned<GstStructure>(stats);
}

/// A figure of the stats, of whatever type.
double figure(const GstStructure* stats, const char* name) {
  const GValue* value = gst_structure_get_value(stats, name);
  if (!value) g_error("the stats have no '%s'", name);
  GValue number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  g_assert_true(g_value_transform(value, &number));
  return g_value_get_double(&number);
}
double figure(const Harness& harness, const char* name) { return figure(stats_of(harness.element()).get(), name); }

double seconds() { return static_cast<double>(g_get_monotonic_time()) / G_USEC_PER_SEC; }

/// Two shots: the light one, number 0, gets blue from ab-linear and its like, the dark one yellow.
Picture picture_of(int shot, int number, int width = 256, int height = 144) {
  const std::string caps = raw("I420", width, height);
  const auto tone = [=](int x, int y) {
    return shot == 0 ? 160 + 40 * ((x / 13 + y / 29) % 3) : 100 - 40 * ((y / 9 + x / 31) % 3);
  };
  Picture picture = paint(caps, gray(caps, tone));
  GST_BUFFER_PTS(picture.buffer.get()) = number * 40 * GST_MSECOND;
  GST_BUFFER_DURATION(picture.buffer.get()) = 40 * GST_MSECOND;
  return picture;
}

double blue(const Picture& picture) {
  const auto cb = samples(picture)[1];
  return std::accumulate(cb.begin(), cb.end(), 0.0) / static_cast<double>(cb.size()) - 128;
}

bool is_gray(const Picture& picture) {
  const Samples all = samples(picture);
  return std::ranges::all_of(all[1], [](int c) { return c == 128; }) &&
         std::ranges::all_of(all[2], [](int c) { return c == 128; });
}

/// The element with a network that takes its time, which no frame waits for.
struct Async : Harness {
  explicit Async(const char* model = "slow") : Harness(network(model)) {
    set("async", TRUE);
    caps(raw("I420", 256, 144));
  }

  /// What becomes of the next picture of that shot.
  Picture next(int shot, int width = 256, int height = 144) {
    g_usleep(2000);
    return process(picture_of(shot, number++, width, height));
  }

  /// Until all of a shot's colour is there and the network is at work on another frame.
  Picture settle(int shot) {
    const double before = figure(*this, "inferences");
    while (figure(*this, "inferences") < before + 2) next(shot);
    for (int i = 0; i < 12; ++i) next(shot);
    return next(shot);
  }

  int number = 0;
};

/* Beside the frames */

void no_frame_waits_for_the_network() {
  Async harness;
  harness.set("inference-size", 160);
  std::vector<double> waits;
  while (figure(harness, "inferences") < 3) {
    const double before = seconds();
    harness.next(0);
    waits.push_back(seconds() - before);
  }
  std::ranges::sort(waits);
  const double usual = 1000 * waits[waits.size() / 2], network = figure(harness, "predict-mean");
  g_test_message("%zu frames, %.1f ms each, while the network took %.1f ms three times", waits.size(), usual, network);
  g_assert_cmpfloat(usual, <, network / 2);
  g_assert_cmpuint(waits.size(), >, 8);
  g_assert_cmpfloat(figure(harness, "frames"), ==, static_cast<double>(waits.size()));
  g_assert_cmpfloat(figure(harness, "colour-age-frames"), >, 1);
  g_assert_cmpfloat(figure(harness, "colour-age"), ==, figure(harness, "colour-age-frames") * 40 * GST_MSECOND);
}

void colour_comes_in_gently_and_is_the_networks() {
  Async harness;
  g_assert_true(is_gray(harness.next(0)));
  double last = 0;
  while (last == 0) last = blue(harness.next(0));
  std::vector<double> rising{last};
  for (int i = 0; i < 14; ++i) rising.push_back(blue(harness.next(0)));
  g_assert_cmpfloat(rising.front(), <, rising.back() / 4);
  for (std::size_t i = 1; i < rising.size(); ++i) g_assert_cmpfloat(rising[i], >, rising[i - 1] - 0.5);
  Harness waiting(network("slow"));
  waiting.caps(raw("I420", 256, 144));
  g_assert_cmpfloat(std::abs(blue(harness.settle(0)) - blue(waiting.process(picture_of(0, 0)))), <, 0.5);
}

/// The network is at work on a frame from before: what it says of that is of no use.
void nothing_of_before_gets_past(const std::function<void(Async&)>& between, int width = 256, int height = 144) {
  Async harness;
  g_assert_cmpfloat(blue(harness.settle(0)), >, 8);
  between(harness);
  double colour = blue(harness.next(1, width, height));
  g_assert_cmpfloat(colour, ==, 0);
  while (colour > -4) {
    const Picture out = harness.next(1, width, height);
    colour = blue(out);
    g_assert_cmpfloat(colour, <, 0.01);
    if (colour > -0.01) g_assert_true(is_gray(out));
  }
}

void flush(Async& harness) {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  for (GstEvent* event : {gst_event_new_flush_start(), gst_event_new_flush_stop(TRUE), gst_event_new_segment(&segment)})
    g_assert_true(gst_harness_push_event(harness.get(), event));
}

void the_end_waits_for_one_inference_at_most() {
  Async harness;
  harness.set("inference-size", 160);
  while (figure(harness, "inferences") < 1) harness.next(0);
  harness.next(0);  // asks again
  const double network = figure(harness, "predict-mean") / 1000, before = seconds();
  g_assert_true(gst_harness_push_event(harness.get(), gst_event_new_eos()));
  const double eos = seconds() - before;
  gst_element_set_state(harness.element(), GST_STATE_NULL);
  const double all = seconds() - before;
  g_test_message("inference %.3f s, end of stream %.3f s, stop %.3f s", network, eos, all);
  g_assert_cmpfloat(eos, <, network / 2);
  g_assert_cmpfloat(all, <, 3 * network);
}

/// What goes wrong beside the frames is the element's error, with the next frame.
void faults_are_the_elements() {
  Async harness("not-black");
  while (figure(harness, "inferences") < 1) harness.next(0);
  const std::string caps = raw("I420", 256, 144);
  const Picture black = paint(caps, gray(caps, [](int, int) { return 0; }));
  GstFlowReturn flow = GST_FLOW_OK;
  for (int i = 0; i < 2000 && flow == GST_FLOW_OK; ++i) {
    g_usleep(2000);
    flow = gst_harness_push(harness.get(), gst_buffer_ref(black.buffer.get()));
  }
  g_assert_cmpint(flow, ==, GST_FLOW_ERROR);
  const BusError error = wait_for_error(harness.bus());
  g_assert_cmpstr(g_quark_to_string(error.domain), ==, g_quark_to_string(GST_LIBRARY_ERROR));
  for (const char* word : {"not-black.onnx", "finite"})
    if (error.text.find(word) == std::string::npos) g_error("'%s' does not say '%s'", error.text.c_str(), word);
}

/// Turned on and off while frames pass, whatever the network is at.
void async_may_be_turned_while_playing() {
  Async harness;
  for (int i = 0; i < 60; ++i) {
    harness.set("async", i / 7 % 2 == 0);
    const Picture out = harness.next(0);
    if (i / 7 % 2 == 1) g_assert_cmpfloat(blue(out), >, 8);
  }
}

/* Late */

void say_late(Harness& harness, int frame, int by_ms) {
  gst_harness_push_upstream_event(
      harness.get(), gst_event_new_qos(by_ms > 0 ? GST_QOS_TYPE_UNDERFLOW : GST_QOS_TYPE_OVERFLOW, 1 + by_ms / 40.0,
                                       by_ms * static_cast<GstClockTimeDiff>(GST_MSECOND), frame * 40 * GST_MSECOND));
}

bool upstream_heard(Harness& harness) {
  bool heard = false;
  while (const auto event = Owned<GstEvent>(gst_harness_try_pull_upstream_event(harness.get())))
    heard |= GST_EVENT_TYPE(event.get()) == GST_EVENT_QOS;
  return heard;
}

void inference_is_skipped_before_frames_are(double stability) {
  Harness harness(network("ab-linear"));
  harness.set("stability", stability);
  harness.caps(raw("I420", 256, 144));
  const double colour = blue(harness.process(picture_of(0, 0)));
  upstream_heard(harness);
  int frame = 1;
  if (stability == 0) {  // what nobody remembers must be asked once
    say_late(harness, 0, 60);
    harness.process(picture_of(0, frame++));
  }
  const double inferences = figure(harness, "inferences");
  say_late(harness, frame - 1, 60);
  g_assert_false(upstream_heard(harness));
  g_assert_cmpfloat(std::abs(blue(harness.process(picture_of(0, frame))) - colour), <, 0.5);
  g_assert_cmpfloat(figure(harness, "skipped"), ==, 1);
  g_assert_cmpfloat(figure(harness, "inferences"), ==, inferences);
  const Owned<GstMessage> message(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_QOS));
  g_assert_nonnull(message);
  gint64 jitter = 0;
  gdouble proportion = 0;
  gint quality = 0;
  guint64 running_time = 0;
  gst_message_parse_qos_values(message.get(), &jitter, &proportion, &quality);
  gst_message_parse_qos(message.get(), nullptr, &running_time, nullptr, nullptr, nullptr);
  g_assert_cmpint(jitter, ==, 60 * GST_MSECOND);
  g_assert_cmpint(quality, <, 1000000);
  g_assert_cmpuint(running_time, ==, frame * 40 * GST_MSECOND);

  // Late even so: now frames go, here and before.
  say_late(harness, frame, 60);
  g_assert_true(upstream_heard(harness));
  g_assert_cmpint(gst_harness_push(harness.get(), gst_buffer_ref(picture_of(0, frame + 1).buffer.get())), ==,
                  GST_FLOW_OK);
  g_assert_null(gst_harness_try_pull(harness.get()));

  say_late(harness, frame + 1, -10);
  harness.process(picture_of(0, frame + 9));
  g_assert_cmpfloat(figure(harness, "inferences"), ==, inferences + 1);
  g_assert_cmpfloat(figure(harness, "late"), ==, stability == 0 ? 3 : 2);
}

void lateness_is_forgotten_with_a_flush() {
  Harness harness(network("ab-linear"));
  harness.caps(raw("I420", 256, 144));
  harness.process(picture_of(0, 0));
  say_late(harness, 0, 60);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  for (GstEvent* event : {gst_event_new_flush_start(), gst_event_new_flush_stop(TRUE), gst_event_new_segment(&segment)})
    gst_harness_push_event(harness.get(), event);
  harness.process(picture_of(0, 1));
  harness.process(picture_of(0, 2));
  g_assert_cmpfloat(figure(harness, "inferences"), ==, 3);
  g_assert_cmpfloat(figure(harness, "skipped"), ==, 0);
}

/// The element keeps its first frame for no later one, whichever way it asks.
void latency_is_upstreams(bool async) {
  Harness harness;
  harness.set("async", async);
  harness.caps(raw("I420", 64, 36));
  gst_harness_set_upstream_latency(harness.get(), 30 * GST_MSECOND);
  g_assert_cmpuint(gst_harness_query_latency(harness.get()), ==, 30 * GST_MSECOND);
}

/// Who waits for nobody is never late: every frame is asked about, however long that takes.
void a_conversion_skips_nothing(const char* sink) {
  GError* error = nullptr;
  const Owned<GstElement> pipeline(GST_ELEMENT(gst_object_ref_sink(gst_parse_launch(
      ("videotestsrc num-buffers=8 ! video/x-raw,format=I420,width=64,height=36,framerate=1000/1 ! colorize name=c "
       "model=\"" +
       network("slow") + "\" ! " + sink)
          .c_str(),
      &error))));
  g_assert_no_error(error);
  const Owned<GstElement> element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "c"));
  play_to_end(pipeline.get());
  const auto stats = stats_of(element.get());
  g_assert_cmpfloat(figure(stats.get(), "frames"), ==, 8);
  g_assert_cmpfloat(figure(stats.get(), "inferences"), ==, 8);
  g_assert_cmpfloat(figure(stats.get(), "skipped"), ==, 0);
}

/* Figures */

void stats_count() {
  Harness harness(network("ab-linear"));
  harness.set("inference-interval", 3);
  harness.caps(raw("I420", 256, 144));
  for (int i = 0; i < 13; ++i) harness.process(picture_of(i < 8 ? 0 : 1, i));
  const auto stats = stats_of(harness.element());
  g_assert_cmpstr(gst_structure_get_name(stats.get()), ==, "colorize-stats");
  // Frames 0, 3, 6, and from the cut on 8, 11.
  for (const auto& [name, wanted] : {std::pair("frames", 13.0),
                                     {"coloured", 13},
                                     {"inferences", 5},
                                     {"skipped", 0},
                                     {"late", 0},
                                     {"cuts", 1},
                                     {"colour-age-frames", 1},
                                     {"colour-age", 40.0 * GST_MSECOND}})
    if (figure(stats.get(), name) != wanted) g_error("%s is %g, not %g", name, figure(stats.get(), name), wanted);
  for (const std::string stage : {"see", "predict", "paint"}) {
    g_assert_cmpfloat(figure(stats.get(), (stage + "-mean").c_str()), >, 0);
    g_assert_cmpfloat(figure(stats.get(), (stage + "-worst").c_str()), >=,
                      figure(stats.get(), (stage + "-mean").c_str()));
  }
  g_assert_cmpfloat(figure(stats.get(), "threads"), >=, 1);
  g_assert_nonnull(gst_structure_get_string(stats.get(), "engine"));
  g_assert_cmpstr(gst_structure_get_string(stats.get(), "engine"), !=, "");

  gst_element_set_state(harness.element(), GST_STATE_READY);
  gst_element_set_state(harness.element(), GST_STATE_PAUSED);
  g_assert_cmpfloat(figure(harness, "frames"), ==, 0);
  g_assert_cmpfloat(figure(harness, "colour-age-frames"), ==, -1);
}

void stats_are_posted_once_a_second(bool wanted) {
  const double start = seconds();
  Harness harness;
  harness.set("post-stats", wanted);
  harness.caps(raw("I420", 64, 36));
  const double begin = seconds();
  double frames = 0;
  while (seconds() < begin + 1.3) {
    harness.process(picture_of(0, static_cast<int>(frames++), 64, 36));
    g_usleep(50000);
  }
  const Owned<GstMessage> message(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ELEMENT));
  g_assert_true(static_cast<bool>(message) == wanted);
  if (!wanted) return;
  const GstStructure* stats = gst_message_get_structure(message.get());
  g_assert_cmpstr(gst_structure_get_name(stats), ==, "colorize-stats");
  g_assert_cmpfloat(figure(stats, "frames"), >, 0);
  g_assert_cmpfloat(figure(stats, "frames"), <=, frames);
  int more = 0;
  while (Owned<GstMessage>(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ELEMENT))) ++more;
  g_assert_cmpfloat(1 + more, <=, seconds() - start);
}

/* Many streams */

double resident_mb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") {
      double kb = 0;
      status >> kb;
      return kb / 1024;
    }
  g_assert_not_reached();
}

/// Each more costs little, all are coloured, also by threads of their own, and who goes takes nothing along.
void streams_share_a_network() {
  constexpr int streams = 16;
  const auto stream = [] {
    auto harness = std::make_unique<Harness>("colorize");
    harness->caps(raw("I420", 854, 480));
    return harness;
  };
  const Picture picture = picture_of(0, 0, 854, 480);
  const auto frame = [&](Harness& harness) {
    return harness.process(Buffer(gst_buffer_copy_deep(picture.buffer.get()))).buffer;
  };
  std::vector<std::unique_ptr<Harness>> all;
  all.push_back(stream());
  const auto wanted = bytes(frame(*all[0]).get());
  const double one = resident_mb();
  for (int i = 1; i < streams; ++i) all.push_back(stream());
  std::array<bool, streams> right{};
  std::vector<std::thread> threads;
  for (int i = 1; i < streams; ++i)
    threads.emplace_back([&, i] {
      const Buffer out = frame(*all[i]);
      right[i] = gst_buffer_memcmp(out.get(), 0, wanted.data(), wanted.size()) == 0;
      for (int more = 0; more < 2; ++more) frame(*all[i]);
    });
  for (auto& thread : threads) thread.join();
  const double more = (resident_mb() - one) / (streams - 1);
  g_test_message("one %.0f MB, each more %.1f MB", one, more);
  g_assert_cmpint(std::ranges::count(right, true), ==, streams - 1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  g_assert_cmpfloat(more, <, 15);
#endif
  all.erase(all.begin(), all.begin() + streams / 2);
  for (const auto& harness : all) {
    frame(*harness);
    g_assert_cmpfloat(figure(*harness, "inferences"), ==, 4);
  }
}

void async_streams_share_a_network() {
  std::vector<std::unique_ptr<Async>> all;
  for (int i = 0; i < 6; ++i) all.push_back(std::make_unique<Async>());
  std::vector<std::thread> threads;
  for (const auto& harness : all) threads.emplace_back([&harness] { harness->settle(0); });
  for (auto& thread : threads) thread.join();
  all.erase(all.begin(), all.begin() + 3);  // in the middle of their inferences
  for (const auto& harness : all) g_assert_cmpfloat(blue(harness->settle(0)), >, 8);
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  add("/live/no-frame-waits-for-the-network", no_frame_waits_for_the_network);
  add("/live/colour-comes-in-gently-and-is-the-networks", colour_comes_in_gently_and_is_the_networks);
  add("/live/nothing-of-before-gets-past/a-cut", [] { nothing_of_before_gets_past([](Async&) {}); });
  add("/live/nothing-of-before-gets-past/a-flush", [] { nothing_of_before_gets_past(flush); });
  add("/live/nothing-of-before-gets-past/other-caps", [] {
    nothing_of_before_gets_past(
        [](Async& harness) { gst_harness_set_src_caps_str(harness.get(), raw("I420", 200, 200).c_str()); }, 200, 200);
  });
  add("/live/the-end-waits-for-one-inference-at-most", the_end_waits_for_one_inference_at_most);
  add("/live/faults-are-the-elements", faults_are_the_elements);
  add("/live/async-may-be-turned-while-playing", async_may_be_turned_while_playing);
  add("/live/inference-is-skipped-before-frames-are/remembered", [] { inference_is_skipped_before_frames_are(0.65); });
  add("/live/inference-is-skipped-before-frames-are/not-remembered", [] { inference_is_skipped_before_frames_are(0); });
  add("/live/lateness-is-forgotten-with-a-flush", lateness_is_forgotten_with_a_flush);
  for (const bool async : {false, true})
    add(std::string("/live/latency-is-upstreams/") + (async ? "async" : "sync"), [=] { latency_is_upstreams(async); });
  for (const char* sink : {"fakesink sync=false", "filesink location=/dev/null"})
    add(std::string("/live/a-conversion-skips-nothing/") + sink, [=] { a_conversion_skips_nothing(sink); });
  add("/live/stats-count", stats_count);
  add("/live/stats-are-posted-once-a-second/when-asked-for", [] { stats_are_posted_once_a_second(true); });
  add("/live/stats-are-posted-once-a-second/else-not", [] { stats_are_posted_once_a_second(false); });
  add("/live/streams-share-a-network", streams_share_a_network);
  add("/live/async-streams-share-a-network", async_streams_share_a_network);
  return g_test_run();
}
