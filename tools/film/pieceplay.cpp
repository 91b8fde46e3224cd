// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pieceplay.h"

#include <gst/video/video.h>

#include <algorithm>

#include "decodebin.h"
#include "depth.h"
#include "frametimes.h"
#include "scan.h"
#include "shape.h"
#include "source.h"
#include "timeline.h"
#if HAVE_LIBAV
#include "libavdecoder.h"
#include "retiming.h"
#endif

namespace colorize::command {

namespace {

/// Before the decoder: takes away what it must not believe, gives a film that was sought its own running time back, and
/// shows the frames after the end that an edit list gives it. (Those before the start may be there for the decoder
/// only.)
GstPadProbeReturn prepare(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& gate = *static_cast<PieceGate*>(data);
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps;
    gst_event_parse_caps(event, &caps);
    if (!tells_scan(caps)) return GST_PAD_PROBE_OK;
    info->data = gst_event_new_caps(without_told_scan(caps).get());
    gst_event_unref(event);
    return GST_PAD_PROBE_OK;
  }
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return GST_PAD_PROBE_OK;
  gst_event_copy_segment(event, &gate.segment);
  if (gate.delay && gate.segment.format == GST_FORMAT_TIME) {
    gate.segment.stop = GST_CLOCK_TIME_NONE;
    if (gate.piece.seek) gate.segment.base = gate.segment.time + static_cast<guint64>(*gate.delay);
  }
  // What a demuxer says of a film's beginning may depend on how much of it has been read.
  const auto own_shift = static_cast<std::int64_t>(gate.segment.base - gate.segment.start);
  if (const auto shift = gate.piece.shift; shift && (gate.piece.seek || own_shift != *shift)) {
    gst_segment_init(&gate.segment, GST_FORMAT_TIME);
    gate.segment.start = static_cast<guint64>(std::max<std::int64_t>(0, -*shift));
    gate.segment.base = static_cast<guint64>(std::max<std::int64_t>(0, *shift));
  }
  info->data = gst_event_new_segment(&gate.segment);
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

/// After the decoder: drops what lies before the warm-up.
GstPadProbeReturn enter(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& gate = *static_cast<PieceGate*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    const auto time = running_time(gate.shown, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
    return time && *time < gate.piece.warm_up ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  }
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) gst_event_copy_segment(event, &gate.shown);
  return GST_PAD_PROBE_OK;
}

/// Pictures on their way to where their format is chosen.
struct Formats {
  GstElement *converter, *filter;
  const Recipe& recipe;
  int depth;  // Pictures::depth
};

/// After the decoder, which alone knows for sure what it hands out: what of it is kept.
GstPadProbeReturn choose(GstPad*, GstPadProbeInfo* info, void* data) {
  const auto& formats = *static_cast<Formats*>(data);
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* decoded;
  gst_event_parse_caps(event, &decoded);
  const Caps known = choose_formats(formats.converter, formats.filter, formats.recipe, decoded, formats.depth);
  info->data = gst_event_new_caps(known.get());
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

/// A frame is made of its first field, or else the very first one comes out twice.
GstPadProbeReturn choose_field(GstPad* pad, GstPadProbeInfo* info, void*) {
  GstBuffer* const frame = gst_pad_probe_info_get_buffer(info);
  const Element deinterlacer(gst_pad_get_parent_element(pad));
  const bool is_top = GST_BUFFER_FLAG_IS_SET(frame, GST_VIDEO_BUFFER_FLAG_TFF);
  if (!GST_BUFFER_FLAG_IS_SET(frame, GST_VIDEO_BUFFER_FLAG_INTERLACED)) return GST_PAD_PROBE_OK;
  gst_util_set_object_arg(G_OBJECT(deinterlacer.get()), "fields", is_top ? "top" : "bottom");
  return GST_PAD_PROBE_REMOVE;
}

}  // namespace

GstPadProbeReturn end_with_piece(GstPad* pad, GstPadProbeInfo* info, void* data) {
  const auto& gate = *static_cast<const PieceGate*>(data);
  const auto time = running_time(gate.shown, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
  if (!time || *time < gate.piece.end) return GST_PAD_PROBE_OK;
  gst_pad_send_event(pad, gst_event_new_eos());
  return GST_PAD_PROBE_DROP;
}

std::string description_to_colour(const PlannedTrack& track, const Recipe& recipe) {
  const Choices& choices = recipe.choices;
  std::string text = track.pictures->own_decoder ? "colorize-libav" : "decodebin";
  text += " name=decoder ! identity name=entry silent=true ! ";
  // The decoder changes its mind with each frame that is other than the last, and all behind it would begin anew.
  if (track.pictures->mixed) text += "capssetter caps=video/x-raw,interlace-mode=mixed ! ";
  // Not yadif, which gives the first two frames one time, and the last two.
  if (choices.deinterlace) text += "deinterlace name=deinterlacer method=greedyh fields=top ! ";
  if (is_turned(track.tags.get())) text += "videoflip video-direction=auto ! ";
  text += "videoconvert name=converter ! capsfilter name=formats ! ";
  return text + (choices.to_gray ? "identity name=colour silent=true ! " : "colorize name=colour ! ");
}

Pad pad(GstElement* element, const char* name) { return Pad(gst_element_get_static_pad(element, name)); }

void watch(GstElement* element, int types, GstPadProbeCallback callback, void* data) {
  gst_pad_add_probe(pad(element, "sink").get(), static_cast<GstPadProbeType>(types), callback, data, nullptr);
}

void play(const FilmPlan& plan, PieceGate& gate, const PiecePipeline& pipeline, const std::stop_token& stop,
          const std::function<void()>& tick, const std::function<void(const std::string&)>& decodes) {
  const Piece& piece = gate.piece;
  const PlannedTrack& track = plan.tracks[piece.track];
  if (plan.recipe.choices.deinterlace)
    gst_pad_add_probe(pad(element_of(pipeline.whole.get(), "deinterlacer"), "sink").get(), GST_PAD_PROBE_TYPE_BUFFER,
                      choose_field, nullptr, nullptr);
#if HAVE_LIBAV
  if (track.pictures->own_decoder) {
    if (decodes) decodes("libavcodec");
    set_parameters(pipeline.decoder, *AvInput(plan.film, stop).stream(track.pictures->stream).codecpar,
                   takes_rgb(*plan.recipe.encoder));
  }
  if (!track.pictures->retimed.empty())
    retime(pad(pipeline.decoder, "sink").get(), track.pictures->retimed, piece.entry);
#endif
  if (!track.pictures->own_decoder) set_up_decodebin(pipeline.decoder, piece.seek.has_value(), decodes);
  Formats formats{pipeline.converter, pipeline.formats, plan.recipe, track.pictures->depth};
  watch(pipeline.entry, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, choose, &formats);
  constexpr int buffers = GST_PAD_PROBE_TYPE_BUFFER, events = GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  watch(pipeline.decoder, events, prepare, &gate);
  mend_times(pad(pipeline.entry, "sink").get(), track.pictures->shown);
  watch(pipeline.entry, buffers | events, enter, &gate);

  Source source(pipeline.whole.get(), plan.film, stop, {}, true);
  GstPad* const stream = source.pad(track.id);
  if (!stream) throw Failure("it changed while it was read");
  if (piece.seek) seek(stream, *piece.seek);
  gst_pad_link(stream, pad(pipeline.decoder, "sink").get());
  source.run(tick);
}

}  // namespace colorize::command
