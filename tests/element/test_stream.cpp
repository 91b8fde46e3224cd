// SPDX-License-Identifier: LGPL-2.1-or-later
/// What flows beside the pixels: times, flags, metas, events; and what happens when the flow is broken.

#include <glib/gstdio.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "element.h"

using namespace test;

namespace {

/// The ways a buffer takes through the element.
struct Way {
  const char *name, *in, *out;
  bool shared;  ///< somebody else holds the input, so that it may not be written
};
constexpr Way ways[] = {{"in-place", "I420", "I420", false},
                        {"copied", "I420", "I420", true},
                        {"converted", "GRAY8", "NV12", false},
                        {"converted-shared", "GRAY8", "RGBA", true}};

Picture picture_of(const std::string& format) {
  const std::string caps = raw(format, 32, 16);
  return paint(caps, gray_squares(caps));
}

/// Sends `decorated` on its way and returns what comes out.
Buffer send(Harness& harness, const Way& way, Buffer decorated) {
  const Buffer held(way.shared ? gst_buffer_ref(decorated.get()) : gst_buffer_new());
  harness.caps(raw(way.in, 32, 16), std::string("video/x-raw,format=") + way.out);
  return harness.process(std::move(decorated)).buffer;
}

void times_and_flags(const Way& way) {
  constexpr guint flags = GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_CORRUPTED | GST_BUFFER_FLAG_MARKER |
                          GST_BUFFER_FLAG_DELTA_UNIT | GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF |
                          GST_VIDEO_BUFFER_FLAG_RFF;
  Picture picture = picture_of(way.in);
  GstBuffer* buffer = picture.buffer.get();
  GST_BUFFER_PTS(buffer) = 1234567891;
  GST_BUFFER_DTS(buffer) = 1234567890;
  GST_BUFFER_DURATION(buffer) = 33366667;
  GST_BUFFER_OFFSET(buffer) = 41;
  GST_BUFFER_OFFSET_END(buffer) = 42;
  GST_BUFFER_FLAG_SET(buffer, flags);
  Harness harness;
  const Buffer out = send(harness, way, std::move(picture.buffer));
  g_assert_cmpuint(GST_BUFFER_PTS(out.get()), ==, 1234567891);
  g_assert_cmpuint(GST_BUFFER_DTS(out.get()), ==, 1234567890);
  g_assert_cmpuint(GST_BUFFER_DURATION(out.get()), ==, 33366667);
  g_assert_cmpuint(GST_BUFFER_OFFSET(out.get()), ==, 41);
  g_assert_cmpuint(GST_BUFFER_OFFSET_END(out.get()), ==, 42);
  g_assert_cmphex(GST_BUFFER_FLAGS(out.get()) & flags, ==, flags);
}

/// A frame without times is a frame.
void no_times(const Way& way) {
  Picture picture = picture_of(way.in);
  Harness harness;
  const Buffer out = send(harness, way, std::move(picture.buffer));
  g_assert_false(GST_BUFFER_PTS_IS_VALID(out.get()));
  g_assert_false(GST_BUFFER_DURATION_IS_VALID(out.get()));
}

void metas(const Way& way, bool async) {
  static std::once_flag once;
  std::call_once(once, [] {
    static const gchar* no_tags[] = {nullptr};
    gst_meta_register_custom("ColorizeTestMeta", no_tags, nullptr, nullptr, nullptr);
  });
  Picture picture = picture_of(way.in);
  GstBuffer* buffer = picture.buffer.get();
  gst_buffer_add_video_time_code_meta_full(buffer, 25, 1, nullptr, GST_VIDEO_TIME_CODE_FLAGS_NONE, 10, 11, 12, 13, 0);
  GstVideoCropMeta* crop = gst_buffer_add_video_crop_meta(buffer);
  crop->x = 2, crop->y = 4, crop->width = 20, crop->height = 8;
  GstVideoRegionOfInterestMeta* region = gst_buffer_add_video_region_of_interest_meta(buffer, "face", 3, 5, 7, 9);
  region->id = 17;
  const Owned<GstCaps> reference(gst_caps_new_empty_simple("timestamp/x-ntp"));
  gst_buffer_add_reference_timestamp_meta(buffer, reference.get(), 987654321, 40000000);
  const guint8 captions[] = {0x80, 0x94, 0x2c};
  gst_buffer_add_video_caption_meta(buffer, GST_VIDEO_CAPTION_TYPE_CEA608_S334_1A, captions, sizeof captions);
  gst_structure_set(gst_custom_meta_get_structure(gst_buffer_add_custom_meta(buffer, "ColorizeTestMeta")), "reel",
                    G_TYPE_INT, 7, nullptr);
  gst_buffer_add_video_afd_meta(buffer, 0, GST_VIDEO_AFD_SPEC_SMPTE_ST2016_1, GST_VIDEO_AFD_4_3_FULL_16_9_FULL);
  const GstVideoAffineTransformationMeta* turned = gst_buffer_add_video_affine_transformation_meta(buffer);
  g_assert_nonnull(turned);

  Harness harness;
  harness.set("async", async);
  const Buffer out = send(harness, way, std::move(picture.buffer));

  const GstVideoTimeCodeMeta* time_code = gst_buffer_get_video_time_code_meta(out.get());
  g_assert_nonnull(time_code);
  const Owned<char> time(gst_video_time_code_to_string(&time_code->tc));
  g_assert_cmpstr(time.get(), ==, "10:11:12:13");
  crop = gst_buffer_get_video_crop_meta(out.get());
  g_assert_nonnull(crop);
  g_assert_true(crop->x == 2 && crop->y == 4 && crop->width == 20 && crop->height == 8);
  region = gst_buffer_get_video_region_of_interest_meta_id(out.get(), 17);
  g_assert_nonnull(region);
  g_assert_true(region->x == 3 && region->y == 5 && region->w == 7 && region->h == 9);
  g_assert_cmpstr(g_quark_to_string(region->roi_type), ==, "face");
  const GstReferenceTimestampMeta* stamp = gst_buffer_get_reference_timestamp_meta(out.get(), reference.get());
  g_assert_nonnull(stamp);
  g_assert_cmpuint(stamp->timestamp, ==, 987654321);
  const GstVideoCaptionMeta* caption = gst_buffer_get_video_caption_meta(out.get());
  g_assert_nonnull(caption);
  g_assert_cmpmem(caption->data, caption->size, captions, sizeof captions);
  GstCustomMeta* custom = gst_buffer_get_custom_meta(out.get(), "ColorizeTestMeta");
  g_assert_nonnull(custom);
  int reel = 0;
  g_assert_true(gst_structure_get_int(gst_custom_meta_get_structure(custom), "reel", &reel));
  g_assert_cmpint(reel, ==, 7);
  g_assert_nonnull(gst_buffer_get_meta(out.get(), GST_VIDEO_AFD_META_API_TYPE));
  g_assert_nonnull(gst_buffer_get_video_affine_transformation_meta(out.get()));
  g_assert_cmpuint(gst_buffer_get_n_meta(out.get(), GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE), ==, 1);
}

/* Events */

/// What leaves the element, in order: names of events (of their structures where the application made them), "buffer
/// N".
class Log {
 public:
  explicit Log(Harness& harness) {
    gst_pad_add_probe(harness.get()->sinkpad,
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                   GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                      note, this, nullptr);
  }

  void expect(const std::vector<std::string>& expected) const {
    for (std::size_t i = 0; i < std::max(expected.size(), entries_.size()); ++i)
      g_assert_cmpstr(i < entries_.size() ? entries_[i].c_str() : "nothing", ==,
                      i < expected.size() ? expected[i].c_str() : "nothing");
  }

 private:
  static GstPadProbeReturn note(GstPad*, GstPadProbeInfo* info, gpointer log) {
    static_cast<Log*>(log)->entries_.push_back(GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER
                                                   ? buffer_name(GST_PAD_PROBE_INFO_BUFFER(info))
                                                   : event_name(GST_PAD_PROBE_INFO_EVENT(info)));
    return GST_PAD_PROBE_OK;
  }
  static std::string buffer_name(const GstBuffer* buffer) {
    return "buffer " + std::to_string(GST_BUFFER_OFFSET(buffer));
  }
  static std::string event_name(GstEvent* event) {
    const bool custom = GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_DOWNSTREAM;
    return custom ? gst_structure_get_name(gst_event_get_structure(event)) : GST_EVENT_TYPE_NAME(event);
  }

  std::vector<std::string> entries_;
};

Buffer numbered(const std::string& format, guint64 number) {
  Picture picture = picture_of(format);
  GST_BUFFER_OFFSET(picture.buffer.get()) = number;
  GST_BUFFER_PTS(picture.buffer.get()) = number * 40 * GST_MSECOND;
  GST_BUFFER_DURATION(picture.buffer.get()) = 40 * GST_MSECOND;
  return std::move(picture.buffer);
}

GstEvent* custom_event(const char* name) {
  return gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty(name));
}

GstEvent* time_segment() {
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  return gst_event_new_segment(&segment);
}

void events_keep_their_order() {
  Harness harness;
  const Log log(harness);
  harness.caps(raw("GRAY8", 32, 16), "video/x-raw,format=I420");
  const auto push = [&](GstEvent* event) { g_assert_true(gst_harness_push_event(harness.get(), event)); };
  push(gst_event_new_tag(gst_tag_list_new(GST_TAG_TITLE, "A film", nullptr)));
  harness.process(numbered("GRAY8", 0));
  push(custom_event("reel-changed"));
  harness.process(numbered("GRAY8", 1));
  push(gst_event_new_gap(80 * GST_MSECOND, 40 * GST_MSECOND));
  push(gst_event_new_tag(gst_tag_list_new(GST_TAG_COMMENT, "after the gap", nullptr)));
  harness.process(numbered("GRAY8", 3));
  push(gst_event_new_eos());
  // The second of the first two is the element's own.
  log.expect({"stream-start", "caps", "segment", "tag", "tag", "buffer 0", "reel-changed", "buffer 1", "gap", "tag",
              "buffer 3", "eos"});
}

void flush_and_begin_anew() {
  Harness harness(network("ab-linear"));
  const Log log(harness);
  harness.caps(raw("GRAY8", 32, 16), "video/x-raw,format=I420");
  const Samples first = samples(harness.process(numbered("GRAY8", 0)));
  for (GstEvent* event : {gst_event_new_flush_start(), gst_event_new_flush_stop(TRUE), time_segment()})
    g_assert_true(gst_harness_push_event(harness.get(), event));
  g_assert_true(samples(harness.process(numbered("GRAY8", 0))) == first);
  log.expect(
      {"stream-start", "caps", "segment", "tag", "buffer 0", "flush-start", "flush-stop", "segment", "buffer 0"});
}

/// As an appsrc sends them that was not told otherwise.
void frames_need_no_time_segment() {
  Harness harness;
  harness.caps(raw("I420", 32, 16));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_BYTES);
  g_assert_true(gst_harness_push_event(harness.get(), gst_event_new_segment(&segment)));
  g_assert_cmpfloat(farthest_from(harness.process(numbered("I420", 0)), constant_a, constant_b), <, 1);
}

void eos_after_the_last_frame_ends_the_flow() {
  Harness harness;
  harness.caps(raw("I420", 32, 16));
  harness.process(numbered("I420", 0));
  g_assert_true(gst_harness_push_event(harness.get(), gst_event_new_eos()));
  g_assert_cmpint(gst_harness_push(harness.get(), numbered("I420", 1).release()), ==, GST_FLOW_EOS);
}

/* Negotiation */

/// One element sees formats and sizes come and go; each frame is what a fresh element makes of it.
void renegotiates(double strength) {
  struct Part {
    const char *in, *out;
    int width, height;
  };
  constexpr Part parts[] = {{"I420", "I420", 32, 16}, {"I420", "I420", 64, 48},    {"GRAY8", "I420", 64, 48},
                            {"RGBA", "RGBA", 17, 9},  {"GRAY8", "I420", 17, 9},    {"NV12", "NV12", 640, 360},
                            {"I420", "I420", 32, 16}, {"GRAY8", "I420", 1280, 720}};
  const auto run = [&](Harness& harness, const Part& part) {
    const std::string caps = raw(part.in, part.width, part.height);
    harness.set("strength", strength);
    gst_harness_set_src_caps_str(harness.get(), caps.c_str());
    return harness.process(paint(caps, gray_squares(caps)));
  };
  Harness one(network("ab-linear"));
  for (const Part& part : parts) {
    Harness fresh(network("ab-linear"));
    const Picture expected = run(fresh, part), got = run(one, part);
    g_assert_cmpstr(GST_VIDEO_INFO_NAME(&got.info), ==, part.out);
    g_assert_true(gst_video_info_is_equal(&got.info, &expected.info));
    g_assert_true(samples(got) == samples(expected));
  }
}

void downstream_changes_its_mind() {
  Harness harness;
  const std::string in = raw("GRAY8", 32, 16);
  harness.caps(in);
  for (const char* format : {"I420", "RGBA", "NV12", "I420"}) {
    gst_harness_set_sink_caps_str(harness.get(), (std::string("video/x-raw,format=") + format).c_str());
    const Picture out = harness.process(picture_of("GRAY8"));
    g_assert_cmpstr(GST_VIDEO_INFO_NAME(&out.info), ==, format);
    g_assert_true(samples(out) ==
                  samples(colorized(in, picture_of("GRAY8"), std::string("video/x-raw,format=") + format)));
  }
}

bool takes_video_meta(Harness& harness, const Way& way) {
  harness.caps(raw(way.in, 32, 16), std::string("video/x-raw,format=") + way.out);
  const Owned<GstCaps> caps(gst_caps_from_string(raw(way.in, 32, 16).c_str()));
  const Owned<GstQuery> query(gst_query_new_allocation(caps.get(), TRUE));
  g_assert_true(gst_pad_peer_query(harness.get()->srcpad, query.get()));
  return gst_query_find_allocation_meta(query.get(), GST_VIDEO_META_API_TYPE, nullptr);
}

/// Upstream may lay planes as it likes, and the element says so; but a buffer that goes on downstream must suit it too.
void allocation_query_proposes_video_meta(const Way& way) {
  const bool goes_on = std::string(way.in) == way.out;
  Harness plain, knowing;
  g_assert_true(takes_video_meta(plain, way) != goes_on);
  gst_harness_add_propose_allocation_meta(knowing.get(), GST_VIDEO_META_API_TYPE, nullptr);
  g_assert_true(takes_video_meta(knowing, way));
}

/* Memory of colour */

/// Two frames of which the second, after the first, has a colour of its own only in part.
Buffer frame_of_memory(int number) {
  const std::string caps = raw("I420", 64, 48);
  Picture picture =
      paint(caps, gray(caps, [number](int x, int y) { return 80 + (x * 7 + y * 13) % 64 + 12 * number; }));
  GST_BUFFER_PTS(picture.buffer.get()) = number * 40 * GST_MSECOND;
  return std::move(picture.buffer);
}

/// What stands between them; nothing that it touches may be shared.
using Between = std::function<void(Harness&, GstBuffer* second)>;

bool remembers_across(const Between& between) {
  const auto second_frame = [&](bool after_first) {
    Harness harness(network("ab-linear"));
    harness.caps(raw("I420", 64, 48));
    if (after_first) harness.process(frame_of_memory(0));
    Buffer second = frame_of_memory(1);
    if (after_first) between(harness, second.get());
    return samples(harness.process(std::move(second)));
  };
  return second_frame(true) != second_frame(false);
}

void push_event(Harness& harness, GstEvent* event) { g_assert_true(gst_harness_push_event(harness.get(), event)); }

void nothing(Harness&, GstBuffer*) {}
void a_tag(Harness& harness, GstBuffer*) {
  push_event(harness, gst_event_new_tag(gst_tag_list_new(GST_TAG_TITLE, "A film", nullptr)));
}
void a_gap(Harness& harness, GstBuffer*) { push_event(harness, gst_event_new_gap(0, 40 * GST_MSECOND)); }
void a_flush(Harness& harness, GstBuffer*) {
  for (GstEvent* event : {gst_event_new_flush_start(), gst_event_new_flush_stop(TRUE), time_segment()})
    push_event(harness, event);
}
void a_segment(Harness& harness, GstBuffer*) { push_event(harness, time_segment()); }
void a_discontinuity(Harness&, GstBuffer* second) { GST_BUFFER_FLAG_SET(second, GST_BUFFER_FLAG_DISCONT); }
void a_key_unit_from_upstream(Harness& harness, GstBuffer*) {
  push_event(harness, gst_video_event_new_downstream_force_key_unit(GST_CLOCK_TIME_NONE, 0, 0, FALSE, 1));
}
void a_key_unit_from_downstream(Harness& harness, GstBuffer*) {
  gst_harness_push_upstream_event(harness.get(),
                                  gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, FALSE, 1));
}
void other_caps(Harness& harness, GstBuffer*) {
  for (const int width : {32, 64}) {
    const std::string caps = raw("I420", width, 48);
    gst_harness_set_src_caps_str(harness.get(), caps.c_str());
    if (width == 32) harness.process(paint(caps, gray_squares(caps)));
  }
}

/// Of two shots the second begins at once, and the bus says when.
void scene_cuts_are_posted(bool wanted) {
  Harness harness;
  harness.set("post-scene-cuts", wanted);
  const std::string caps = raw("I420", 256, 144);
  harness.caps(caps);
  for (int n = 0; n < 12; ++n) {
    const int turn = n < 8 ? 0 : 1;  // the second shot stands upright
    const auto tone = [=](int x, int y) {
      return turn ? 40 + 70 * ((y / 9 + x / 31) % 3) : 200 - 60 * ((x / 13 + y / 29) % 3);
    };
    Picture picture = paint(caps, gray(caps, tone));
    GST_BUFFER_PTS(picture.buffer.get()) = n * 40 * GST_MSECOND;
    harness.process(std::move(picture.buffer));
  }
  const Owned<GstMessage> message(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ELEMENT));
  g_assert_true(static_cast<bool>(message) == wanted);
  if (!wanted) return;
  const GstStructure* cut = gst_message_get_structure(message.get());
  g_assert_cmpstr(gst_structure_get_name(cut), ==, "colorize-scene-cut");
  guint64 time = 0;
  g_assert_true(gst_structure_get_uint64(cut, "running-time", &time));
  g_assert_cmpuint(time, ==, 320 * GST_MSECOND);
  g_assert_null(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ELEMENT));
}

/* Quality of service */

void late_frames_are_dropped(GstQOSType type) {
  Harness harness;
  harness.caps(raw("I420", 32, 16));
  harness.process(numbered("I420", 0));
  g_assert_true(gst_harness_push_upstream_event(harness.get(),
                                                gst_event_new_qos(type, 1.5, 200 * GST_MSECOND, 40 * GST_MSECOND)));
  g_assert_cmpint(gst_harness_push(harness.get(), numbered("I420", 2).release()), ==, GST_FLOW_OK);
  g_assert_null(gst_harness_try_pull(harness.get()));
  const Owned<GstMessage> message(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_QOS));
  g_assert_nonnull(message);

  const Picture next = harness.process(numbered("I420", 50));
  g_assert_true(GST_BUFFER_IS_DISCONT(next.buffer.get()));
  g_assert_cmpfloat(farthest_from(next, constant_a, constant_b), <, 1);
}

void qos_can_be_turned_off() {
  Harness harness;
  harness.set("qos", FALSE);
  harness.caps(raw("I420", 32, 16));
  harness.process(numbered("I420", 0));
  gst_harness_push_upstream_event(harness.get(),
                                  gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.5, GST_SECOND, 40 * GST_MSECOND));
  harness.process(numbered("I420", 2));
}

/* Whole pipelines */

/// The frames that reach the fakesink "sink" of a pipeline.
class Frames {
 public:
  explicit Frames(GstElement* pipeline) {
    const Owned<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
    g_object_set(sink.get(), "signal-handoffs", TRUE, nullptr);
    g_signal_connect(sink.get(), "handoff", G_CALLBACK(take), this);
  }

  struct Frame {
    GstClockTime time;
    std::vector<std::uint8_t> bytes;
    bool operator==(const Frame&) const = default;
  };
  std::vector<Frame> all;

 private:
  static void take(GstElement*, GstBuffer* buffer, GstPad*, gpointer frames) {
    static_cast<Frames*>(frames)->all.push_back({GST_BUFFER_PTS(buffer), bytes(buffer)});
  }
};

Owned<GstElement> pipeline(const std::string& description) {
  GError* error = nullptr;
  GstElement* element = gst_parse_launch(description.c_str(), &error);
  g_assert_no_error(error);
  return Owned<GstElement>(GST_ELEMENT(gst_object_ref_sink(element)));
}

/// Each frame for itself, so that what came before does not matter.
std::string element(const char* model = "ab-linear") { return "colorize stability=0 model=\"" + network(model) + "\""; }

constexpr const char* source =
    "videotestsrc pattern=ball num-buffers=50 ! video/x-raw,width=64,height=48,framerate=25/1,";

/// A seek to a frame gives that frame and those after it, bit for bit as without the seek.
void seek() {
  const Owned<char> folder(g_dir_make_tmp("colorize-XXXXXX", nullptr));
  g_assert_nonnull(folder);
  const std::string file = std::string(folder.get()) + "/film.mkv";
  play_to_end(pipeline(source + ("format=GRAY8 ! jpegenc ! matroskamux ! filesink location=\"" + file + "\"")).get());

  const std::string player = "filesrc location=\"" + file +
                             "\" ! matroskademux ! jpegdec ! videoconvert ! "
                             "video/x-raw,format=GRAY8 ! " +
                             element() + " ! fakesink name=sink";
  const auto whole = pipeline(player);
  const Frames straight(whole.get());
  play_to_end(whole.get());
  g_assert_cmpuint(straight.all.size(), ==, 50);

  const auto partly = pipeline(player);
  const Frames sought(partly.get());
  gst_element_set_state(partly.get(), GST_STATE_PAUSED);
  g_assert_cmpint(gst_element_get_state(partly.get(), nullptr, nullptr, 20 * GST_SECOND), ==, GST_STATE_CHANGE_SUCCESS);
  g_assert_true(gst_element_seek(partly.get(), 1, GST_FORMAT_TIME,
                                 static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                                 GST_SEEK_TYPE_SET, GST_SECOND, GST_SEEK_TYPE_SET, 1600 * GST_MSECOND));
  play_to_end(partly.get());
  g_assert_cmpuint(sought.all.size(), ==, 15);
  for (std::size_t i = 0; i < sought.all.size(); ++i) g_assert_true(sought.all[i] == straight.all[25 + i]);
  g_unlink(file.c_str());
  g_rmdir(folder.get());
}

std::vector<Frames::Frame> run(const std::string& description) {
  const auto running = pipeline(description);
  Frames frames(running.get());
  play_to_end(running.get());
  return std::move(frames.all);
}

/// What one element answers does not depend on who else is at work.
void elements_side_by_side() {
  const std::string one = source + ("format=GRAY8 ! " + element() + " ! video/x-raw,format=I420 ! fakesink name=sink");
  const auto expected = run(one);
  g_assert_cmpuint(expected.size(), ==, 50);

  const auto forked = run(source + ("format=GRAY8 ! tee name=t  t. ! queue ! " + element() +
                                    " ! video/x-raw,format=I420 ! fakesink name=sink   t. ! queue ! " +
                                    element("ab-constant") + " ! video/x-raw,format=RGB ! fakesink"));
  g_assert_true(forked == expected);

  std::array<std::vector<Frames::Frame>, 3> at_once;
  std::vector<std::thread> threads;
  for (auto& frames : at_once) threads.emplace_back([&] { frames = run(one); });
  for (auto& thread : threads) thread.join();
  for (const auto& frames : at_once) g_assert_true(frames == expected);
}

/// A picture that has its colour from the first keeps it through the second.
void elements_in_a_row() {
  const std::string head = source + ("format=I420 ! " + element() + " ! "), tail = "fakesink name=sink";
  g_assert_true(run(head + tail) == run(head + element() + " ! " + tail));
}

/// Whatever is turned while frames pass, every frame arrives and keeps its luma.
void properties_change_while_playing() {
  const auto gray = run(source + std::string("format=I420 ! fakesink name=sink"));
  const auto running = pipeline(source + ("format=I420 ! " + element() + " name=c ! fakesink name=sink"));
  const Frames frames(running.get());
  const Owned<GstElement> element(gst_bin_get_by_name(GST_BIN(running.get()), "c"));
  std::atomic<bool> done = false;
  std::thread turning([&] {
    for (int i = 0; !done; ++i)
      g_object_set(element.get(), "saturation", i % 21 / 10.0, "hue-shift", i % 361 - 180.0, "strength", i % 5 / 4.0,
                   "inference-size", i % 3 * 32, nullptr);
  });
  play_to_end(running.get());
  done = true;
  turning.join();
  g_assert_cmpuint(frames.all.size(), ==, gray.size());
  for (std::size_t i = 0; i < gray.size(); ++i)
    g_assert_cmpmem(frames.all[i].bytes.data(), 64 * 48, gray[i].bytes.data(), 64 * 48);
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  for (const Way& way : ways) {
    const std::string name = way.name;
    add("/stream/times-and-flags-stay/" + name, [&way] { times_and_flags(way); });
    add("/stream/no-times-stay-no-times/" + name, [&way] { no_times(way); });
    add("/stream/metas-stay/" + name, [&way] { metas(way, false); });
    add("/stream/metas-stay-beside-the-network/" + name, [&way] { metas(way, true); });
    if (!way.shared)
      add("/stream/allocation-query-proposes-video-meta/" + name,
          [&way] { allocation_query_proposes_video_meta(way); });
  }
  add("/stream/events-keep-their-order", events_keep_their_order);
  add("/stream/flush-and-begin-anew", flush_and_begin_anew);
  add("/stream/frames-need-no-time-segment", frames_need_no_time_segment);
  add("/stream/eos-ends-the-flow", eos_after_the_last_frame_ends_the_flow);
  add("/stream/renegotiates-in-mid-stream/colour", [] { renegotiates(1); });
  add("/stream/renegotiates-in-mid-stream/passed-through", [] { renegotiates(0); });
  add("/stream/downstream-changes-its-mind", downstream_changes_its_mind);
  const std::pair<const char*, Between> kept[] = {{"nothing", nothing}, {"a-tag", a_tag}, {"a-gap", a_gap}};
  for (const auto& [name, between] : kept)
    add(std::string("/stream/colour-is-remembered-across/") + name,
        [between = between] { g_assert_true(remembers_across(between)); });
  const std::pair<const char*, Between> forgotten[] = {{"a-flush", a_flush},
                                                       {"a-segment", a_segment},
                                                       {"a-discontinuity", a_discontinuity},
                                                       {"a-key-unit-from-upstream", a_key_unit_from_upstream},
                                                       {"a-key-unit-from-downstream", a_key_unit_from_downstream},
                                                       {"other-caps", other_caps}};
  for (const auto& [name, between] : forgotten)
    add(std::string("/stream/colour-is-forgotten-at/") + name,
        [between = between] { g_assert_false(remembers_across(between)); });
  add("/stream/scene-cuts-are-posted/when-asked-for", [] { scene_cuts_are_posted(true); });
  add("/stream/scene-cuts-are-posted/else-not", [] { scene_cuts_are_posted(false); });
  add("/stream/late-frames-are-dropped/underflow", [] { late_frames_are_dropped(GST_QOS_TYPE_UNDERFLOW); });
  add("/stream/late-frames-are-dropped/throttle", [] { late_frames_are_dropped(GST_QOS_TYPE_THROTTLE); });
  add("/stream/qos-can-be-turned-off", qos_can_be_turned_off);
  add("/stream/seek-gives-the-same-frames", seek);
  add("/stream/elements-side-by-side-do-not-mix", elements_side_by_side);
  add("/stream/elements-in-a-row-agree", elements_in_a_row);
  add("/stream/properties-change-while-playing", properties_change_while_playing);
  return g_test_run();
}
