// SPDX-License-Identifier: LGPL-2.1-or-later
#include "mux.h"

#include <algorithm>
#include <cstring>

#include "piece.h"
#include "pieces.h"
#include "source.h"
#include "timeline.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

void link(GstPad* from, GstPad* into) {
  // The caps are known to fit, where a probe changes them too.
  if (!into || GST_PAD_LINK_FAILED(gst_pad_link_full(from, into, GST_PAD_LINK_CHECK_NOTHING)))
    throw Failure("a stream does not fit into the container");
}

Pad static_pad(GstElement* element, const char* name) { return Pad(gst_element_get_static_pad(element, name)); }

/// The length of what has passed, in order of presentation and of decoding.
struct Length {
  GstClockTime first_shown = GST_CLOCK_TIME_NONE, first_decoded = GST_CLOCK_TIME_NONE, end = 0;
};

/// To mp4mux a frame is as long as it is to the next one in order of decoding, the last one as long as it says, the
/// film as long as all together; and there players stop. So the last one makes up for a gap among the last frames
/// shown.
GstPadProbeReturn lengthen(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& length = *static_cast<Length*>(data);
  GstBuffer* const buffer = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
  info->data = buffer;
  if (!GST_BUFFER_PTS_IS_VALID(buffer) || !GST_BUFFER_DURATION_IS_VALID(buffer)) return GST_PAD_PROBE_OK;
  length.first_shown = std::min(length.first_shown, GST_BUFFER_PTS(buffer));
  length.first_decoded = std::min(length.first_decoded, GST_BUFFER_DTS_OR_PTS(buffer));
  length.end = std::max(length.end, GST_BUFFER_PTS(buffer) + GST_BUFFER_DURATION(buffer));
  const GstClockTime decoded = GST_BUFFER_DTS_OR_PTS(buffer) - length.first_decoded;
  GST_BUFFER_DURATION(buffer) = std::max(length.end - length.first_shown, decoded) - decoded;
  return GST_PAD_PROBE_OK;
}

/// What is true of the new stream as well, as taginject takes it.
std::string kept_tags(const GstTagList* tags) {
  const TagList kept(tags ? gst_tag_list_copy(tags) : gst_tag_list_new_empty());
  for (const char* of_the_old : {GST_TAG_VIDEO_CODEC, GST_TAG_CODEC, GST_TAG_ENCODER, GST_TAG_ENCODER_VERSION,
                                 GST_TAG_BITRATE, GST_TAG_NOMINAL_BITRATE, GST_TAG_MINIMUM_BITRATE,
                                 GST_TAG_MAXIMUM_BITRATE, GST_TAG_CONTAINER_FORMAT, GST_TAG_IMAGE_ORIENTATION})
    gst_tag_list_remove_tag(kept.get(), of_the_old);
  if (gst_tag_list_is_empty(kept.get())) return {};
  const Owned<gchar> text(gst_tag_list_to_string(kept.get()));
  return text.get() + std::strlen("taglist,");
}

void add_pictures(GstElement* pipeline, GstElement* muxer, const PlannedTrack& track, const fs::path& pieces,
                  const Encoder& encoder, std::int64_t lead, JoinedPictures& joined) {
  GstElement* last = add_pieces(pipeline, pieces, encoder, joined);
  put_on_one_clock(static_pad(last, "src").get(), lead);
  const auto append = [&](GstElement* element) {
    gst_element_link(last, element);
    last = element;
  };
  append(add(pipeline, "taginject"));
  if (const std::string tags = kept_tags(track.tags.get()); !tags.empty())
    g_object_set(last, "tags", tags.c_str(), nullptr);
  append(add(pipeline, "queue"));
  const Entry place = entry_for_pictures(muxer, encoder);
  // Fine enough for the frames of every common rate and for thousandths, and not too fine for ten hours in 32 bits.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(place.pad.get()), "trak-timescale")) {
    g_object_set(place.pad.get(), "trak-timescale", 120000, nullptr);
    gst_pad_add_probe(place.pad.get(), GST_PAD_PROBE_TYPE_BUFFER, lengthen, new Length,
                      [](void* length) { delete static_cast<Length*>(length); });
  }
  link(static_pad(last, "src").get(), place.pad.get());
}

/// Demuxers give subtitles as markup, and have escaped what is none; muxers take plain text.
GstPadProbeReturn make_plain(GstPad*, GstPadProbeInfo* info, void*) {
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* const buffer = gst_pad_probe_info_get_buffer(info);
    std::string text(gst_buffer_get_size(buffer), 0);
    gst_buffer_extract(buffer, 0, text.data(), text.size());
    if (text.find('<') != std::string::npos) return GST_PAD_PROBE_OK;
    for (const auto& [entity, letter] :
         {std::pair("&lt;", "<"), {"&gt;", ">"}, {"&quot;", "\""}, {"&apos;", "'"}, {"&#39;", "'"}, {"&amp;", "&"}})
      for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos; ++at)
        text.replace(at, std::strlen(entity), letter);
    GstBuffer* const plain = gst_buffer_new_memdup(text.data(), text.size());
    gst_buffer_copy_into(plain, buffer, GST_BUFFER_COPY_METADATA, 0, static_cast<gsize>(-1));
    gst_buffer_unref(buffer);
    info->data = plain;
  } else if (GstEvent* const event = gst_pad_probe_info_get_event(info); GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    const Caps caps(gst_caps_new_simple("text/x-raw", "format", G_TYPE_STRING, "utf8", nullptr));
    info->data = gst_event_new_caps(caps.get());
    gst_event_unref(event);
  }
  return GST_PAD_PROBE_OK;
}

bool is_text(GstCaps* caps) { return gst_structure_has_name(gst_caps_get_structure(caps, 0), "text/x-raw"); }

/// A muxer takes no other caps when its header is written. It may have the first ones to the end: most packets of sound
/// say by themselves what they are like.
GstPadProbeReturn keep_caps(GstPad* pad, GstPadProbeInfo* info, void*) {
  const bool are_caps = GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) == GST_EVENT_CAPS;
  return are_caps && gst_pad_has_current_caps(pad) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

/// Lets only that through which begins in a part of the film.
struct Keeping {
  Range range;
  GstSegment segment{};
};

GstPadProbeReturn keep_range(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& keeping = *static_cast<Keeping*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    const auto time = running_time(keeping.segment, GST_BUFFER_DTS_OR_PTS(gst_pad_probe_info_get_buffer(info)));
    return time && keeping.range.holds(*time) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
  }
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) gst_event_copy_segment(event, &keeping.segment);
  return GST_PAD_PROBE_OK;
}

/// A track that is copied: its way from the source into the muxer.
struct Copy {
  std::string id;
  Pad in, out;  // the latter is the muxer's
};

Copy add_copy(GstElement* pipeline, GstElement* muxer, GstElement* queues, const PlannedTrack& track,
              const std::optional<Range>& range, std::int64_t lead) {
  Entry place = entry_for_copy(muxer, track.caps.get());
  Pad in(gst_element_request_pad_simple(queues, "sink_%u"));
  if (range)
    gst_pad_add_probe(in.get(),
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                      keep_range, new Keeping{*range}, [](void* keeping) { delete static_cast<Keeping*>(keeping); });
  put_on_one_clock(in.get(), lead);
  if (is_text(track.caps.get()))
    gst_pad_add_probe(in.get(),
                      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                      make_plain, nullptr, nullptr);
  const Owned<gchar> name(gst_pad_get_name(in.get()));
  const Pad out = static_pad(queues, ("src" + std::string(name.get()).substr(4)).c_str());
  if (place.parser) {
    gst_bin_add(GST_BIN(pipeline), place.parser.get());
    link(out.get(), static_pad(place.parser.get(), "sink").get());
    link(static_pad(place.parser.get(), "src").get(), place.pad.get());
  } else {
    link(out.get(), place.pad.get());
  }
  return {track.id, std::move(in), std::move(place.pad)};
}

}  // namespace

Entry entry_for_pictures(GstElement* muxer, const Encoder& encoder) {
  // Before there are any, no more than their kind is known.
  const Caps stored(gst_caps_from_string(encoder.stored));
  const Caps kind(gst_caps_new_empty_simple(gst_structure_get_name(gst_caps_get_structure(stored.get(), 0))));
  return entry(muxer, kind.get());
}

Entry entry_for_copy(GstElement* muxer, GstCaps* caps) {
  const Caps plain(is_text(caps) ? gst_caps_from_string("text/x-raw,format=utf8") : gst_caps_ref(caps));
  return entry(muxer, plain.get());
}

std::vector<JoinedPictures> mux(const FilmPlan& plan, const fs::path& folder, const Container& container,
                                const std::string& comment, const fs::path& file, const std::stop_token& stop) {
  std::vector<JoinedPictures> joined(plan.tracks.size());
  const Element pipeline = sunk(gst_pipeline_new(nullptr));
  GstElement* const muxer = add(pipeline.get(), container.muxer);
  GstElement* const sink = add(pipeline.get(), "filesink");
  g_object_set(sink, "location", file.c_str(), nullptr);
  gst_element_link(muxer, sink);
  // Tracks lie unevenly in a file, but never more than this apart; where one is empty the others may grow further.
  GstElement* const queues = add(pipeline.get(), "multiqueue");
  g_object_set(queues, "max-size-buffers", 0, "max-size-bytes", 64 << 20, "max-size-time", 20 * GST_SECOND, nullptr);

  const std::int64_t lead = plan.range ? -plan.range->start : plan.lead;
  std::vector<Copy> copies;
  for (std::size_t i = 0; i < plan.tracks.size(); ++i) {
    if (plan.tracks[i].pictures)
      add_pictures(pipeline.get(), muxer, plan.tracks[i], pieces_in(folder, i), *plan.recipe.encoder, lead, joined[i]);
    else
      copies.push_back(add_copy(pipeline.get(), muxer, queues, plan.tracks[i], plan.range, lead));
  }
  for (const Copy& copy : copies) {
    if (std::strcmp(container.format, "mpegts") == 0) break;  // there each packet has a header
    gst_pad_add_probe(copy.out.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, keep_caps, nullptr, nullptr);
  }
  if (GST_IS_TAG_SETTER(muxer)) {
    GstTagSetter* const setter = GST_TAG_SETTER(muxer);
    if (plan.tags) gst_tag_setter_merge_tags(setter, plan.tags.get(), GST_TAG_MERGE_REPLACE);
    if (!comment.empty())
      gst_tag_setter_add_tags(setter, GST_TAG_MERGE_REPLACE, GST_TAG_COMMENT, comment.c_str(), nullptr);
  }
  if (GST_IS_TOC_SETTER(muxer) && plan.toc) gst_toc_setter_set_toc(GST_TOC_SETTER(muxer), plan.toc.get());

  Source source(pipeline.get(), plan.film, stop);
  for (const Copy& copy : copies)
    if (GstPad* stream = source.pad(copy.id)) link(stream, copy.in.get());
  source.run();
  return joined;
}

}  // namespace colorize::command
