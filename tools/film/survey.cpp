// SPDX-License-Identifier: LGPL-2.1-or-later
#include "survey.h"

#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <mutex>

#include "captions.h"
#include "common/watchdog.h"
#include "common/words.h"
#include "ending.h"
#include "keyframe.h"
#include "sequence.h"
#include "source.h"
#include "timeline.h"
#if HAVE_LIBAV
#include "libav.h"
#endif

namespace colorize::command {

/// By FNV-1a.
std::uint64_t tail_of(GstBuffer* buffer) {
  std::array<std::uint8_t, 64> bytes;
  const std::size_t size = gst_buffer_get_size(buffer), count = std::min(size, bytes.size());
  gst_buffer_extract(buffer, size - count, bytes.data(), count);
  std::uint64_t digest = 0xCBF29CE484222325;
  for (std::size_t i = 0; i < count; ++i) digest = (digest ^ bytes[i]) * 0x100000001B3;
  return digest;
}

bool is_header(GstBuffer* buffer, const GstCaps* caps) {
  return GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_HEADER) && caps &&
         gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-theora");
}

/// A packet by the segment that it comes in.
static Packet packet_of(const GstSegment& segment, GstBuffer* buffer, const GstCaps* caps) {
  const bool has_timestamp = GST_BUFFER_PTS_IS_VALID(buffer);
  const bool goes = !has_timestamp && caps && goes_by_decoding(caps);
  const GstClockTime time = goes ? GST_BUFFER_DTS(buffer) : GST_BUFFER_PTS(buffer);
  return {.timestamp = has_timestamp ? std::optional(static_cast<std::int64_t>(GST_BUFFER_PTS(buffer))) : std::nullopt,
          .stream_time = stream_time(segment, time),
          .running_time = running_time(segment, time),
          .decoded_at = running_time(segment, GST_BUFFER_DTS(buffer)),
          .size = gst_buffer_get_size(buffer),
          .tail = tail_of(buffer),
          .keyframe = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT),
          .is_between = goes && is_between(caps, buffer)};
}

namespace {

/// Notices that a demuxer goes round and round in a damaged film: it works and finds nothing.
class Circling {
 public:
  /// Throws Failure where much work has brought no packet more than there were.
  void look(std::uint64_t packets) {
    constexpr std::clock_t longest = 20 * CLOCKS_PER_SEC;  // of processor time, that of other jobs too
    const bool is_long = std::clock() - since_ > longest;
    if (packets != packets_ || (is_long && file_awaited())) {
      packets_ = packets;
      since_ = std::clock();
    } else if (is_long) {
      throw Failure(
          "GStreamer reads it on and on and finds nothing more; save what is there with a tool that repairs films");
    }
  }

 private:
  std::uint64_t packets_ = 0;
  std::clock_t since_ = std::clock();
};

/// A track while the film is read.
struct Reading {
  Pad pad;
  Track track;
  FormReader form;
  bool is_late;                         // it appeared when packets of others had come
  std::atomic<std::uint64_t>& packets;  // of all tracks
};

GstPadProbeReturn read(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& reading = *static_cast<Reading*>(data);
  Track& track = reading.track;
  ++reading.packets;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_UNDEFINED);
  if (GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0)) {
    gst_event_copy_segment(event, &segment);
    gst_event_unref(event);
  }
  GstBuffer* const buffer = gst_pad_probe_info_get_buffer(info);
  const Caps caps(gst_pad_get_current_caps(pad));
  if (is_header(buffer, caps.get())) return GST_PAD_PROBE_OK;
  if (track.is_picture()) track.has_captions = track.has_captions || has_captions(buffer);
  track.packets.push_back(packet_of(segment, buffer, caps.get()));
  const Packet& packet = track.packets.back();
  track.by_decoding |= packet.running_time && !packet.timestamp;
  const auto time = packet.running_time ? packet.running_time : packet.decoded_at;  // AVI has no other
  if (caps) reading.form.read(caps.get(), buffer, time, track.forms);
  if (time) {
    const GstClockTime duration = GST_BUFFER_DURATION(buffer);
    const auto length = static_cast<std::int64_t>(GST_CLOCK_TIME_IS_VALID(duration) ? duration : 0);
    track.end = std::max(track.end, *time + length);
  }
  return GST_PAD_PROBE_OK;
}

std::unique_ptr<Reading> begin_reading(GstElement* pipeline, GstPad* pad, const std::string& id,
                                       std::atomic<std::uint64_t>& packets) {
  std::unique_ptr<Reading> reading(new Reading{{}, {}, {}, packets > 0, packets});
  reading->pad.reset(GST_PAD(gst_object_ref(pad)));
  reading->track.id = id;
  const Owned<GstStream> description(gst_pad_get_stream(pad));
  reading->track.type = description ? gst_stream_get_stream_type(description.get()) : GST_STREAM_TYPE_UNKNOWN;
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, read, reading.get(), nullptr);
  GstElement* const sink = gst_element_factory_make("fakesink", nullptr);
  g_object_set(sink, "sync", FALSE, "async", FALSE, nullptr);
  gst_bin_add(GST_BIN(pipeline), sink);
  gst_element_sync_state_with_parent(sink);
  const Pad into(gst_element_get_static_pad(sink, "sink"));
  gst_pad_link(pad, into.get());
  return reading;
}

/// Of the first packet with a time.
std::int64_t begin_of(const Track& track) {
  for (const Packet& packet : track.packets)
    if (packet.running_time) return *packet.running_time;
  return 0;
}

}  // namespace

/// Gives the packets at the beginning, too, times by the shift of all.
static void set_straight(Track& track) {
  const auto shift = track.shift();
  if (!shift) return;
  for (Packet& packet : track.packets) {
    if (!packet.timestamp || !packet.running_time || !packet.stream_time) continue;
    *packet.stream_time += *packet.timestamp + *shift - *packet.running_time;
    packet.running_time = *packet.timestamp + *shift;
  }
}

/// Tags and contents, as they lie on a pad when its stream is at its end.
static void read_tags(GstPad* pad, Track& track, Survey& survey) {
  for (guint i = 0; GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_TAG, i); ++i) {
    GstTagList* tags;
    gst_event_parse_tag(event, &tags);
    auto& into = gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_GLOBAL ? survey.tags : track.tags;
    into.reset(gst_tag_list_merge(into.get(), tags, GST_TAG_MERGE_APPEND));
    gst_event_unref(event);
  }
  if (GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_TOC, 0)) {
    GstToc* toc;
    gst_event_parse_toc(event, &toc, nullptr);
    survey.toc.reset(toc);
    gst_event_unref(event);
  }
}

static Survey survey_of([[maybe_unused]] const Sequence& sequence, [[maybe_unused]] const std::filesystem::path& list,
                        [[maybe_unused]] const std::stop_token& stop) {
#if HAVE_LIBAV
  const AvInput pictures(list, stop, false);
  const AVCodecParameters& first = *pictures.stream(0).codecpar;
  if (first.width <= 0 || first.height <= 0)
    throw Failure(sequence.file(0).string() + " cannot be decoded by libavcodec; make pictures of another kind of it");
  return survey_of(sequence, first.width, first.height);
#else
  throw Failure("this gst-colorize was built without libavformat, which reads sequences of pictures");
#endif
}

Survey survey(const std::filesystem::path& film, const std::stop_token& stop) {
  if (const std::optional<Sequence> sequence = sequence_in(film)) return survey_of(*sequence, film, stop);
  constexpr const char* remedy = ": copy it again, or save what is there with a tool that repairs films";
  const Ending ending = ending_of(film);
  if (ending.lacking) {
    const Owned<gchar> lacking(g_format_size(ending.lacking));
    const Owned<gchar> all(g_format_size(std::filesystem::file_size(film) + ending.lacking));
    throw Failure(std::string("it is cut off, the last ") + lacking.get() + " of " + all.get() + " are missing" +
                  remedy);
  }
  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  std::vector<std::unique_ptr<Reading>> readings;
  std::atomic<std::uint64_t> packets = 0;
  Circling circling;
  Source source(pipeline.get(), film, stop, [&](GstPad* pad, const std::string& id) {
    readings.push_back(begin_reading(pipeline.get(), pad, id, packets));
  });
  source.run([&] { circling.look(packets); });

  Survey result;
  for (const std::unique_ptr<Reading>& reading : readings) {
    Track track = std::move(reading->track);
    track.caps.reset(gst_pad_get_current_caps(reading->pad.get()));
    if (!track.caps) continue;  // announced, and then nothing came
    // What begins where all else has ended is no late track but another film.
    if (reading->is_late && begin_of(track) >= result.end) {
      result.left_behind.push_back(track.name());
      continue;
    }
    set_straight(track);
    read_tags(reading->pad.get(), track, result);
    result.end = std::max(result.end, track.end);
    result.tracks.push_back(std::move(track));
  }
  gint64 duration;
  if (result.left_behind.empty() && gst_element_query_duration(pipeline.get(), GST_FORMAT_TIME, &duration) &&
      duration > result.end + 2 * static_cast<gint64>(GST_SECOND))
    throw Failure("it ends after " + seconds(result.end) + " of the " + seconds(duration) + " that it says it has" +
                  remedy);
  result.open = ending.open;
  return result;
}

std::string tag(const GstTagList* tags, const char* name) {
  Owned<gchar> text;
  if (tags) gst_tag_list_get_string(tags, name, out(text));
  return text ? text.get() : "";
}

std::string Track::name() const {
  const Owned<gchar> description(gst_pb_utils_get_codec_description(caps.get()));
  std::string text = description ? description.get() : gst_structure_get_name(gst_caps_get_structure(caps.get(), 0));
  if (const std::string language = tag(tags.get(), GST_TAG_LANGUAGE_CODE); !language.empty() && language != "und")
    text += " (" + language + ")";
  return text;
}

std::optional<std::int64_t> Track::delay() const {
  std::optional<std::int64_t> all;
  for (const Packet& packet : packets) {
    if (!packet.stream_time || !packet.running_time) return std::nullopt;
    const std::int64_t delay = *packet.running_time - *packet.stream_time;
    if (all.value_or(delay) != delay) return std::nullopt;
    all = delay;
  }
  return all;
}

std::optional<std::int64_t> Track::shift() const {
  constexpr std::int64_t beginning = 2 * GST_SECOND;
  const auto shift = [](const Packet& packet) -> std::optional<std::int64_t> {
    if (!packet.timestamp || !packet.running_time) return std::nullopt;
    return *packet.running_time - *packet.timestamp;
  };
  const std::optional<std::int64_t> last = packets.empty() ? std::nullopt : shift(packets.back());
  for (const Packet& packet : packets)
    if (!last || (shift(packet) != last && packet.running_time.value_or(beginning) >= beginning)) return std::nullopt;
  return last;
}

namespace {

/// Compares what comes after a seek with what came when the film was read from its start.
struct Comparison {
  Comparison(const Track& read, const Stretch& wanted) : track(read), stretch(wanted) {}

  const Track& track;
  const Stretch stretch;
  std::mutex mutex;
  std::condition_variable known;
  GstSegment segment;
  bool flushed = false;
  std::size_t next = 0;  // packet of the track; 0: the keyframe is yet to come
  std::optional<bool> same;
};

/// Parsers put the headers before a keyframe that is the first one after a seek, whether or not they are there. What
/// follows them must be the same.
bool is_same(const Packet& one, const Packet& other, const Comparison& comparison) {
  constexpr std::size_t headers = 4096;
  const std::size_t difference = one.size > other.size ? one.size - other.size : other.size - one.size;
  const bool is_then = comparison.track.by_content        ? true
                       : comparison.stretch.by_timestamps ? one.timestamp == other.timestamp
                                                          : one.stream_time == other.stream_time;
  return one.keyframe == other.keyframe && is_then && one.tail == other.tail &&
         difference <= (one.keyframe ? headers : 0);
}

/// Whether the stretch is the same up to and with this packet; nothing where more is to be seen. Before the keyframe
/// anything may come: it is not shown.
std::optional<bool> compare(Comparison& comparison, const Packet& packet, GstCaps* caps, GstBuffer* buffer) {
  const std::vector<Packet>& packets = comparison.track.packets;
  if (comparison.next == 0) {
    if (!packet.keyframe || !begins_anew(caps, buffer, comparison.track.by_decoding)) return std::nullopt;
    const auto is_it = [&](const Packet& read) { return is_same(read, packet, comparison); };
    const auto same = std::ranges::find_if(packets, is_it);
    if (comparison.track.by_content && std::ranges::count_if(packets, is_it) > 1) return false;
    constexpr std::int64_t longest_way = 30 * GST_SECOND;  // else pieces would cost more than they save
    const std::int64_t latest = comparison.stretch.latest;
    if (same == packets.end() || same->stream_time > latest || same->stream_time < latest - longest_way) return false;
    comparison.next = static_cast<std::size_t>(same - packets.begin());
  } else if (comparison.next >= packets.size() || !is_same(packets[comparison.next], packet, comparison)) {
    return false;
  }
  return packets[comparison.next++].stream_time >= comparison.stretch.until ? std::optional(true) : std::nullopt;
}

GstPadProbeReturn watch(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& comparison = *static_cast<Comparison*>(data);
  const std::lock_guard lock(comparison.mutex);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    if (!comparison.flushed || comparison.same) return GST_PAD_PROBE_DROP;
    GstBuffer* const buffer = gst_pad_probe_info_get_buffer(info);
    const Caps caps(gst_pad_get_current_caps(pad));
    comparison.same = compare(comparison, packet_of(comparison.segment, buffer, caps.get()), caps.get(), buffer);
  } else if (GstEvent* const event = gst_pad_probe_info_get_event(info);
             GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
    comparison.flushed = true;
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event, &comparison.segment);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && comparison.flushed && !comparison.same) {
    comparison.same = comparison.next == comparison.track.packets.size();
  }
  comparison.known.notify_one();
  return info->type & GST_PAD_PROBE_TYPE_BUFFER ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

}  // namespace

bool is_found_again(const std::filesystem::path& film, const Track& track, const Stretch& stretch,
                    const std::stop_token& stop) {
  if (gst_structure_has_name(gst_caps_get_structure(track.caps.get(), 0), sequence_caps)) return true;
  constexpr auto longest = std::chrono::seconds(10);
  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  Comparison comparison(track, stretch);
  // Just as a piece does it: where some demuxers land depends on what they have read before.
  Source source(pipeline.get(), film, stop, {}, true);
  GstPad* const pad = source.pad(track.id);
  if (!pad) return false;
  gst_pad_add_probe(pad,
                    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                 GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                    watch, &comparison, nullptr);
  seek(pad, stretch.seek);
  source.release();
  const auto begun = std::chrono::steady_clock::now();
  std::unique_lock lock(comparison.mutex);
  while (!comparison.same && std::chrono::steady_clock::now() < begun + longest) {
    comparison.known.wait_for(lock, std::chrono::milliseconds(100));
    lock.unlock();
    check(pipeline.get(), stop);
    lock.lock();
  }
  return comparison.same.value_or(false);
}

}  // namespace colorize::command
