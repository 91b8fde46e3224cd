// SPDX-License-Identifier: LGPL-2.1-or-later
#include "survey.h"

#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "common/words.h"
#include "ending.h"
#include "source.h"
#include "timeline.h"

namespace colorize::command {

/// A packet by the segment that it comes in.
static Packet packet_of(const GstSegment& segment, GstBuffer* buffer) {
  return {.stream_time = stream_time(segment, GST_BUFFER_PTS(buffer)),
          .running_time = running_time(segment, GST_BUFFER_PTS(buffer)),
          .size = gst_buffer_get_size(buffer),
          .keyframe = !GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)};
}

static GstPadProbeReturn read(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& track = *static_cast<Track*>(data);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_UNDEFINED);
  if (GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0)) {
    gst_event_copy_segment(event, &segment);
    gst_event_unref(event);
  }
  GstBuffer* const buffer = gst_pad_probe_info_get_buffer(info);
  track.packets.push_back(packet_of(segment, buffer));
  const auto shown = track.packets.back().running_time;
  if (const auto time = shown ? shown : running_time(segment, GST_BUFFER_DTS(buffer))) {  // AVI has no other
    const GstClockTime duration = GST_BUFFER_DURATION(buffer);
    const auto length = static_cast<std::int64_t>(GST_CLOCK_TIME_IS_VALID(duration) ? duration : 0);
    track.end = std::max(track.end, *time + length);
  }
  return GST_PAD_PROBE_OK;
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

Survey survey(const std::filesystem::path& film, const std::stop_token& stop) {
  constexpr const char* remedy = ": copy it again, or save what is there with a tool that repairs films";
  const Ending ending = ending_of(film);
  if (ending.lacking) {
    const Owned<gchar> lacking(g_format_size(ending.lacking));
    const Owned<gchar> all(g_format_size(std::filesystem::file_size(film) + ending.lacking));
    throw Failure(std::string("it is cut off, the last ") + lacking.get() + " of " + all.get() + " are missing" +
                  remedy);
  }
  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  Source source(pipeline.get(), film, stop);
  std::vector<std::unique_ptr<Track>> tracks;
  for (const Source::Stream& stream : source.streams()) {
    tracks.push_back(std::make_unique<Track>());
    Track& track = *tracks.back();
    track.id = stream.id;
    const Owned<GstStream> description(gst_pad_get_stream(stream.pad.get()));
    track.type = description ? gst_stream_get_stream_type(description.get()) : GST_STREAM_TYPE_UNKNOWN;
    gst_pad_add_probe(stream.pad.get(), GST_PAD_PROBE_TYPE_BUFFER, read, &track, nullptr);
    GstElement* const sink = gst_element_factory_make("fakesink", nullptr);
    g_object_set(sink, "sync", FALSE, "async", FALSE, nullptr);
    gst_bin_add(GST_BIN(pipeline.get()), sink);
    gst_element_sync_state_with_parent(sink);
    const Pad into(gst_element_get_static_pad(sink, "sink"));
    gst_pad_link(stream.pad.get(), into.get());
  }
  source.run();

  Survey result;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    Track track = std::move(*tracks[i]);
    read_tags(source.streams()[i].pad.get(), track, result);
    track.caps.reset(gst_pad_get_current_caps(source.streams()[i].pad.get()));
    if (!track.caps) continue;  // announced, and then nothing came
    result.end = std::max(result.end, track.end);
    result.tracks.push_back(std::move(track));
  }
  gint64 duration;
  if (gst_element_query_duration(pipeline.get(), GST_FORMAT_TIME, &duration) &&
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

namespace {

/// The first packet after a seek.
struct Landing {
  std::mutex mutex;
  std::condition_variable known;
  GstSegment segment;
  bool flushed = false;
  std::optional<Packet> packet;
};

GstPadProbeReturn watch(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& landing = *static_cast<Landing*>(data);
  const std::lock_guard lock(landing.mutex);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    if (landing.flushed && !landing.packet)
      landing.packet = packet_of(landing.segment, gst_pad_probe_info_get_buffer(info));
  } else if (GstEvent* const event = gst_pad_probe_info_get_event(info);
             GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
    landing.flushed = true;
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event, &landing.segment);
  }
  landing.known.notify_one();
  return GST_PAD_PROBE_OK;
}

}  // namespace

std::vector<bool> find_again(const std::filesystem::path& film, const Track& track,
                             const std::vector<std::int64_t>& times, const std::stop_token& stop) {
  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  Landing landing;
  Source source(pipeline.get(), film, stop);
  GstPad* const pad = source.pad(track.id);
  gst_pad_add_probe(pad,
                    static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
                                                 GST_PAD_PROBE_TYPE_EVENT_FLUSH),
                    watch, &landing, nullptr);
  source.release();
  std::vector<bool> found;
  for (const std::int64_t time : times) {
    {
      const std::lock_guard lock(landing.mutex);
      landing.flushed = false;
      landing.packet.reset();
    }
    seek(pad, time);
    std::unique_lock lock(landing.mutex);
    landing.known.wait_for(lock, std::chrono::seconds(10), [&] { return landing.packet.has_value(); });
    found.push_back(landing.packet && landing.packet->keyframe && landing.packet->stream_time <= time &&
                    std::ranges::any_of(track.packets, [&](const Packet& packet) {
                      return packet.keyframe && packet.stream_time == landing.packet->stream_time &&
                             packet.size == landing.packet->size;
                    }));
  }
  return found;
}

}  // namespace colorize::command
