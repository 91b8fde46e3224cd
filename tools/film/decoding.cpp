// SPDX-License-Identifier: LGPL-2.1-or-later
#include "decoding.h"

#include <ctime>

#include "common/watchdog.h"
#include "decodebin.h"
#include "shape.h"
#include "timeline.h"
#if HAVE_LIBAV
#include "libavdecoder.h"
#include "streams.h"
#endif

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// Whether pictures that lie on their side are to be turned, by the tags that came on a pad.
bool is_turned(GstPad* pad) {
  bool turned = false;
  for (guint i = 0; GstEvent* const event = gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i); ++i) {
    GstTagList* tags;
    gst_event_parse_tag(event, &tags);
    turned |= command::is_turned(tags);
    gst_event_unref(event);
  }
  return turned;
}

}  // namespace

Decoding::Decoding(const fs::path& film, const std::string& behind, const Tell& tell, const std::stop_token& stop)
    : tell_decoder_([&](const std::string& name) { tell([&](Json& json) { json.text("decoder", name); }, {}); }),
      stop_(stop),
      source_(pipeline_.get(), film, stop, {}, true) {
  stream_ = source_.pictures();
  if (!stream_) throw Failure("there is no moving picture in it");
  GstElement* const decoder = add_decoder(film);
  const std::string turn = is_turned(stream_) ? "videoflip video-direction=auto ! " : "";
  // Not async: a flush while the pipeline is on its way to PLAYING would have the sink wait for that for ever.
  Owned<GError> error;
  GstElement* const rest = gst_parse_bin_from_description(
      (turn + behind + "appsink name=sink sync=false async=false max-buffers=2 wait-on-eos=false").c_str(), TRUE,
      out(error));
  if (error) throw Failure(error->message);
  gst_bin_add(GST_BIN(pipeline_.get()), rest);
  sink_ = element_of(pipeline_.get(), "sink");
  g_signal_connect(decoder, "pad-added", G_CALLBACK(link), rest);
  if (const Pad ready(gst_element_get_static_pad(decoder, "src")); ready) link(decoder, ready.get(), rest);
  gst_element_sync_state_with_parent(rest);
  gst_element_sync_state_with_parent(decoder);
  delay_ = found_delay();
  into_ = decoder;
}

// A sink that is full, or whose end waits for what is in it, holds the lock for which a change to PLAYING waits that is
// on its way, and for that this.
Decoding::~Decoding() { g_object_set(sink_, "drop", TRUE, nullptr); }

void Decoding::begin(std::int64_t time) {
  if (time > 0) go_to(time, GST_SEEK_FLAG_ACCURATE);
  const Pad into(gst_element_get_static_pad(into_, "sink"));
  gst_pad_link(stream_, into.get());
  source_.release();
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
}

void Decoding::go_to(std::int64_t time, GstSeekFlags how) {
  const auto flags = static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | how);
  gst_pad_send_event(
      stream_, gst_event_new_seek(1, GST_FORMAT_TIME, flags, GST_SEEK_TYPE_SET, time - delay_, GST_SEEK_TYPE_NONE, 0));
}

std::optional<Glimpse> Decoding::next() {
  constexpr std::clock_t longest = 300 * CLOCKS_PER_SEC;  // of processor time, for all from a keyframe on
  const std::clock_t since = std::clock();
  Watchdog watchdog;
  for (gboolean at_end = FALSE;;) {
    if (std::clock() - since > longest) throw Failure("GStreamer works on and on and finds no picture");
    watchdog.look();
    GstSample* sample = nullptr;
    g_signal_emit_by_name(sink_, "try-pull-sample", static_cast<guint64>(100 * GST_MSECOND), &sample);
    check(pipeline_.get(), stop_);
    if (const Sample pulled(sample); pulled) {
      GstBuffer* const buffer = gst_sample_get_buffer(sample);
      const auto time = stream_time(*gst_sample_get_segment(sample), GST_BUFFER_PTS(buffer));
      // A sample of its own: appsink writes into the one that it hands out.
      return Glimpse{Sample(gst_sample_new(buffer, gst_sample_get_caps(sample), nullptr, nullptr)),
                     time.value_or(0) + delay_};
    }
    if (at_end) return std::nullopt;
    g_object_get(sink_, "eos", &at_end, nullptr);
  }
}

std::optional<std::int64_t> Decoding::duration() const {
  gint64 duration = 0;
  return gst_pad_query_duration(stream_, GST_FORMAT_TIME, &duration) ? std::optional(duration) : std::nullopt;
}

void Decoding::link(GstElement*, GstPad* pad, GstElement* rest) {
  const Pad into(gst_element_get_static_pad(rest, "sink"));
  gst_pad_link(pad, into.get());
}

GstElement* Decoding::add_decoder([[maybe_unused]] const fs::path& film) {
#if HAVE_LIBAV
  try {
    const AvInput input(film, stop_, false);
    const Caps caps(gst_pad_get_current_caps(stream_));
    for (int i = 0; caps && i < static_cast<int>(input->nb_streams); ++i) {
      const AVStream& stream = input.stream(i);
      if (!is_moving_picture(stream)) continue;
      if (!needs_own_decoder(caps.get(), static_cast<AVPixelFormat>(stream.codecpar->format))) break;
      register_libav_decoder();
      GstElement* const own = add(pipeline_.get(), "colorize-libav");
      set_parameters(own, *stream.codecpar);
      return own;
    }
  } catch (const Failure&) {
    // It does not know the film; GStreamer does.
  }
#endif
  GstElement* const decoder = add(pipeline_.get(), "decodebin");
  set_up_decodebin(decoder, true, tell_decoder_);
  return decoder;
}

std::int64_t Decoding::found_delay() const {
  GstEvent* const event = gst_pad_get_sticky_event(stream_, GST_EVENT_SEGMENT, 0);
  if (!event) return 0;
  GstSegment segment;
  gst_event_copy_segment(event, &segment);
  gst_event_unref(event);
  return running_time(segment, segment.start).value_or(0) - stream_time(segment, segment.start).value_or(0);
}

}  // namespace colorize::command
