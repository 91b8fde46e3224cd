// SPDX-License-Identifier: LGPL-2.1-or-later
/// A week in some seconds: frames as fast as they go, half a minute apart, and between them all that happens to an
/// element in a long life. With COLORIZE_SOAK=SECONDS as long as that, in full HD with the network that is compiled in;
/// the memory of the process is then printed each ten seconds, for a plot.

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

#include "element.h"

using namespace test;

namespace {

constexpr int frames = 20000, seeks = 500, caps_changes = 200, property_changes = 5000, state_cycles = 100;
constexpr GstClockTime week = 7 * 24 * 60 * 60 * GST_SECOND;
constexpr double most_growth = 5;  // MB after the first quarter

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;  // their memory is their own
constexpr int part = 10;          // of all the counts
#else
constexpr bool sanitized = false;
constexpr int part = 1;
#endif

double resident() {  // MB
  malloc_trim(0);    // what is free is not lost
  std::ifstream file("/proc/self/statm");
  long all = 0, pages = 0;
  file >> all >> pages;
  return static_cast<double>(pages) * 4096 / 1e6;
}

std::vector<std::string> formats_taken(GstElement* element) {
  GstPad* pad = gst_element_get_static_pad(element, "sink");
  const Owned<GstCaps> caps(gst_pad_get_pad_template_caps(pad));
  gst_object_unref(pad);
  std::vector<std::string> formats;
  const GValue* list = gst_structure_get_value(gst_caps_get_structure(caps.get(), 0), "format");
  for (guint i = 0; i < gst_value_list_get_size(list); ++i)
    formats.emplace_back(g_value_get_string(gst_value_list_get_value(list, i)));
  return formats;
}

/// The element between a pad that is ours and a fakesink.
class Life {
 public:
  Life(const std::string& model, std::vector<std::pair<int, int>> sizes) : sizes_(std::move(sizes)) {
    element_ = gst_element_factory_make_full("colorize", "model", model.c_str(), nullptr);
    GstElement* sink = gst_element_factory_make_full("fakesink", "async", FALSE, nullptr);
    gst_bin_add_many(GST_BIN(pipeline_.get()), element_, sink, nullptr);
    g_assert_true(gst_element_link(element_, sink));
    GstPad* to = gst_element_get_static_pad(element_, "sink");
    g_assert_cmpint(gst_pad_link(pad_, to), ==, GST_PAD_LINK_OK);
    gst_object_unref(to);
    gst_pad_set_active(pad_, TRUE);
    formats_ = formats_taken(element_);
  }
  ~Life() {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    gst_object_unref(pad_);
  }
  Life(const Life&) = delete;

  GstElement* element() const { return element_; }

  int random(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  void start() {
    const std::lock_guard lock(streaming_);
    play();
  }
  void restart() {
    const std::lock_guard lock(streaming_);
    gst_element_set_state(pipeline_.get(), random(2) ? GST_STATE_READY : GST_STATE_NULL);
    play();
  }
  void change_caps() {
    const std::lock_guard lock(streaming_);
    renegotiate();
  }

  void frame(GstClockTime time) {
    const std::lock_guard lock(streaming_);
    Picture picture = paint(caps_, gray(caps_, [shift = pushed_](int x, int y) {
                              return 40 + 30 * (((x + shift) / 8 + y / 8) % 5) + (shift / 50 % 2 ? x % 64 : 0);
                            }));
    ++pushed_;
    GstBuffer* buffer = picture.buffer.release();
    GST_BUFFER_PTS(buffer) = random(20) ? time : GST_CLOCK_TIME_NONE;
    GST_BUFFER_DURATION(buffer) = GST_SECOND / 25;
    if (random(50) == 0) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    if (random(50) == 0) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_GAP);
    const GstFlowReturn flow = gst_pad_push(pad_, buffer);
    if (flow != GST_FLOW_OK && flow != GST_FLOW_FLUSHING)
      g_error("a frame was answered by %s", gst_flow_get_name(flow));
  }

  /// As a program's thread does it: the flush comes in the middle of a frame. Backwards and fast too.
  void seek(double rate) {
    flushing_ = true;
    gst_pad_push_event(pad_, gst_event_new_flush_start());
    const std::lock_guard lock(streaming_);
    gst_pad_push_event(pad_, gst_event_new_flush_stop(TRUE));
    flushing_ = false;
    segment(rate);
  }

  /// Of what the element has said since the last time.
  void assert_no_error() const {
    const Owned<GstBus> bus(gst_element_get_bus(pipeline_.get()));
    for (Owned<GstMessage> message(gst_bus_pop(bus.get())); message; message.reset(gst_bus_pop(bus.get()))) {
      if (GST_MESSAGE_TYPE(message.get()) != GST_MESSAGE_ERROR) continue;
      GError* error = nullptr;
      gst_message_parse_error(message.get(), &error, nullptr);
      g_error("%s", error->message);
    }
  }

 private:
  /// From nothing to the first frame; each time by other caps.
  void play() {
    g_assert_cmpint(gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
    tell(gst_event_new_stream_start("soak"));
    renegotiate();
    segment(1);
  }
  void renegotiate() {
    const auto [width, height] = sizes_[static_cast<std::size_t>(random(static_cast<int>(sizes_.size())))];
    caps_ = raw(formats_[static_cast<std::size_t>(random(static_cast<int>(formats_.size())))], width, height,
                random(4) ? "" : "interlace-mode=interleaved");
    const Owned<GstCaps> caps(gst_caps_from_string(caps_.c_str()));
    tell(gst_event_new_caps(caps.get()));
  }
  void segment(double rate) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = rate;
    segment.stop = 2 * week;
    if (rate != 1) segment.flags = GST_SEGMENT_FLAG_TRICKMODE;
    tell(gst_event_new_segment(&segment));
  }
  void tell(GstEvent* event) {  // while a seek flushes it is kept for the next frame
    const bool told = gst_pad_push_event(pad_, event);
    g_assert_true(told || flushing_);
  }

  const Owned<GstElement> pipeline_{GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr)))};
  GstElement* element_ = nullptr;
  GstPad* pad_ = gst_pad_new("feed", GST_PAD_SRC);
  const std::vector<std::pair<int, int>> sizes_;
  std::vector<std::string> formats_;
  std::mt19937 random_{42};
  std::mutex streaming_;
  std::atomic<bool> flushing_ = false;
  std::string caps_;
  int pushed_ = 0;
};

/// Any of the values that a property may have while playing. Returns whether it was one that may change then.
bool change_property(GstElement* element, std::mt19937& random) {
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  const GParamSpec* spec = specs[random() % count];
  g_free(specs);
  if (!(spec->flags & G_PARAM_WRITABLE) || !(spec->flags & (GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE)))
    return false;
  const double share = std::uniform_real_distribution<double>(0, 1)(random);
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) {
    const auto* of = G_PARAM_SPEC_DOUBLE(spec);
    g_object_set(element, spec->name, of->minimum + share * (of->maximum - of->minimum), nullptr);
  } else if (G_IS_PARAM_SPEC_INT(spec)) {  // large ones are only slow
    const auto* of = G_PARAM_SPEC_INT(spec);
    g_object_set(element, spec->name, of->minimum + static_cast<int>(share * std::min(of->maximum - of->minimum, 64)),
                 nullptr);
  } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
    g_object_set(element, spec->name, share < 0.5, nullptr);
  } else {
    return false;
  }
  return true;
}

void week_of_frames() {
  const char* asked = g_getenv("COLORIZE_SOAK");
  const gint64 begin = g_get_monotonic_time(), until = begin + (asked ? std::atoll(asked) : 0) * G_TIME_SPAN_SECOND;
  Life life(asked ? "colorize" : network("ab-constant"),
            asked ? std::vector<std::pair<int, int>>{{1920, 1080}, {1280, 720}, {640, 360}}
                  : std::vector<std::pair<int, int>>{{64, 36}, {33, 17}, {2, 2}, {96, 20}});
  std::atomic<bool> ended = false;
  std::atomic<int> changed = 0, sought = 0;
  life.start();
  std::thread program([&] {
    std::mt19937 random(7);
    for (int n = 0; !ended || (!asked && (changed < property_changes / part || sought < seeks / part)); ++n) {
      changed += change_property(life.element(), random);
      if (n % (property_changes / seeks) == 0) {
        constexpr double rates[] = {1, -1, 4, 0.5, -8};
        life.seek(rates[random() % std::size(rates)]);
        ++sought;
      }
      g_usleep(ended ? 0 : 500);
    }
  });
  double early = 0;
  gint64 told = begin;
  int n = 0, quarter = 0;
  for (; asked ? g_get_monotonic_time() < until : early == 0 || n < std::max(frames / part, 4 * quarter); ++n) {
    if (n % (frames / state_cycles) == frames / state_cycles - 1) {
      life.restart();
    } else if (n % (frames / caps_changes) == frames / caps_changes - 1) {
      life.change_caps();
    }
    life.frame(week / frames * static_cast<GstClockTime>(n));
    if (n % 100 == 0) life.assert_no_error();
    // Not before some properties have made the tables that they need, however busy the machine.
    const bool is_quarter = asked ? g_get_monotonic_time() > begin + (until - begin) / 4 : n >= frames / part / 4;
    if (early == 0 && is_quarter && changed >= 50 / part) {
      early = resident();
      quarter = n;
    }
    if (asked && g_get_monotonic_time() - told > 10 * G_TIME_SPAN_SECOND) {
      told = g_get_monotonic_time();
      g_test_message("%.0f s, %d frames: %.1f MB", static_cast<double>(told - begin) / G_TIME_SPAN_SECOND, n,
                     resident());
    }
  }
  ended = true;
  program.join();
  life.assert_no_error();
  const double late = resident();
  g_test_message("%d frames, %d seeks, %d changes of properties: %.1f MB after a quarter, %.1f MB at the end", n,
                 sought.load(), changed.load(), early, late);
  if (!sanitized) g_assert_cmpfloat(late - early, <=, most_growth);
}

/// Of a film that is played backwards each frame gets its colour, and none the time of another.
void backwards() {
  Harness harness;
  harness.caps(raw("I420", 64, 36));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  segment.rate = -1;
  segment.stop = GST_SECOND;
  g_assert_true(gst_harness_push_event(harness.get(), gst_event_new_segment(&segment)));
  for (int n = 24; n >= 0; --n) {
    Picture picture = paint(raw("I420", 64, 36), gray_squares(raw("I420", 64, 36)));
    GST_BUFFER_PTS(picture.buffer.get()) = static_cast<GstClockTime>(n) * GST_SECOND / 25;
    const Picture result = harness.process(picture);
    g_assert_cmpuint(GST_BUFFER_PTS(result.buffer.get()), ==, static_cast<GstClockTime>(n) * GST_SECOND / 25);
    g_assert_cmpfloat(farthest_from(result, constant_a, constant_b), <, 3);
  }
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  add("/soak/a-week-of-frames", week_of_frames);
  add("/soak/backwards", backwards);
  return g_test_run();
}
