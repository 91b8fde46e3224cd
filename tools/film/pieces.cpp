// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pieces.h"

#include <gst/video/video.h>

#include <atomic>
#include <cstring>
#include <limits>

#include "common/claim.h"
#include "common/label.h"
#include "common/properties.h"
#include "pictures.h"
#include "source.h"
#include "timeline.h"

namespace colorize::command {

namespace {

constexpr std::int64_t second = GST_SECOND;
constexpr std::int64_t least_length = 20 * second;
constexpr std::int64_t warming = 2 * second;

}  // namespace

std::vector<Piece> plan_pieces(const std::filesystem::path& film, const Track& track, const std::stop_token& stop) {
  constexpr auto first = std::numeric_limits<std::int64_t>::min(), last = std::numeric_limits<std::int64_t>::max();
  std::vector<Piece> pieces = {{first, last, first, std::nullopt}};
  if (!track.delay()) return pieces;

  std::vector<Piece> wanted;
  std::vector<std::int64_t> seeks;
  std::int64_t start = *track.packets.front().running_time;
  for (const Packet& packet : track.packets) {
    const std::int64_t time = *packet.running_time;
    if (!packet.keyframe || time < start + least_length || track.end < time + least_length / 2) continue;
    Piece piece{start = time, last, time - warming, std::nullopt};
    for (const Packet& earlier : track.packets)
      if (earlier.keyframe && *earlier.running_time <= piece.warm_up)
        piece.seek = std::max(piece.seek, earlier.stream_time);
    if (!piece.seek) continue;
    seeks.push_back(*piece.seek);
    wanted.push_back(piece);
  }
  const std::vector<bool> found = find_again(film, track, seeks, stop);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!found[i]) continue;
    pieces.back().end = wanted[i].start;
    pieces.push_back(wanted[i]);
  }
  return pieces;
}

namespace {

/// Keeps to a piece while frames flow.
struct Gate {
  const Piece& piece;
  std::optional<std::int64_t> delay;
  GstSegment segment, shown;  // before and after the decoder, which have threads of their own
  std::atomic<std::int64_t> position;
  std::atomic<std::uint64_t> frames;
};

/// Before the decoder: gives a film that was sought its own running time back, and shows the frames after the end that
/// an edit list gives it. (Those before the start may be there for the decoder only.)
GstPadProbeReturn set_segment(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& gate = *static_cast<Gate*>(data);
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_SEGMENT) return GST_PAD_PROBE_OK;
  gst_event_copy_segment(event, &gate.segment);
  if (gate.delay && gate.segment.format == GST_FORMAT_TIME) {
    gate.segment.stop = GST_CLOCK_TIME_NONE;
    if (gate.piece.seek) gate.segment.base = gate.segment.time + static_cast<guint64>(*gate.delay);
  }
  info->data = gst_event_new_segment(&gate.segment);
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

/// After the decoder: drops what lies before the warm-up.
GstPadProbeReturn enter(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& gate = *static_cast<Gate*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    const auto time = running_time(gate.shown, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
    return time && *time < gate.piece.warm_up ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
  }
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) gst_event_copy_segment(event, &gate.shown);
  return GST_PAD_PROBE_OK;
}

/// After colorize: lets only the piece's own frames through.
GstPadProbeReturn leave(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& gate = *static_cast<Gate*>(data);
  const auto time = running_time(gate.shown, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
  if (!time) return GST_PAD_PROBE_OK;
  if (*time < gate.piece.start) return GST_PAD_PROBE_DROP;
  if (*time >= gate.piece.end) {
    gst_pad_send_event(pad, gst_event_new_eos());
    return GST_PAD_PROBE_DROP;
  }
  gate.position = *time;
  ++gate.frames;
  return GST_PAD_PROBE_OK;
}

/// A piece holds no more events than make it a stream: gdppay cannot write some, and none is of the film.
GstPadProbeReturn plain(GstPad*, GstPadProbeInfo* info, void*) {
  GstEvent* const event = gst_pad_probe_info_get_event(info);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_STREAM_START:
      info->data = gst_event_new_stream_start("pictures");
      gst_event_unref(event);
      return GST_PAD_PROBE_OK;
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
    case GST_EVENT_EOS:
      return GST_PAD_PROBE_OK;
    default:
      return GST_PAD_PROBE_DROP;
  }
}

/// What turns the pictures upright: no muxer of ours writes it down.
bool is_turned(const Track& track) {
  const std::string orientation = tag(track.tags.get(), GST_TAG_IMAGE_ORIENTATION);
  return !orientation.empty() && orientation != "rotate-0";
}

/// Of the upright picture.
std::pair<int, int> size_of(const Track& track) {
  const std::string orientation = tag(track.tags.get(), GST_TAG_IMAGE_ORIENTATION);
  const GstStructure* const caps = gst_caps_get_structure(track.caps.get(), 0);
  int width = 0, height = 0;
  gst_structure_get_int(caps, "width", &width);
  gst_structure_get_int(caps, "height", &height);
  const bool lies = orientation.find("90") != std::string::npos || orientation.find("270") != std::string::npos;
  return lies ? std::pair(height, width) : std::pair(width, height);
}

/// Even, so that what stands beside it begins on a sample of chroma.
int width_of(const Track& track) { return (size_of(track).first + 1) / 2 * 2; }

std::string description(const Track& track, const Recipe& recipe) {
  const Choices& choices = recipe.choices;
  std::string text = "decodebin name=decoder ! identity name=entry silent=true ! ";
  // Not yadif, which gives the first two frames one time, and the last two.
  if (choices.deinterlace) text += "deinterlace method=greedyh fields=top ! ";
  if (is_turned(track)) text += "videoflip video-direction=auto ! ";
  text += "videoconvert ! capsfilter name=formats ! ";
  text += choices.to_gray ? "identity name=colour silent=true ! " : "colorize name=colour ! ";
  if (choices.compare == Choices::Compare::side_by_side) text += "videobox name=box ! ";
  text += "queue name=exit max-size-buffers=4 max-size-bytes=0 max-size-time=0 ! videoconvert ! " +
          encoding(recipe.encoder, choices.quality, recipe.in_order) + " ! gdppay name=store ! filesink name=file";
  return text;
}

/// What colorize is given. Gray stays gray, so that colorize itself puts the colour beside it.
std::string formats(const Recipe& recipe) {
  std::string names = recipe.choices.to_gray || recipe.choices.compare != Choices::Compare::none ? "" : "GRAY8";
  for (const std::string& name : formats(recipe.encoder)) {
    // Nothing that makes a picture wider takes more than 8 bits.
    if (recipe.choices.compare != Choices::Compare::none && name.ends_with("LE")) continue;
    names += (names.empty() ? "" : ",") + name;
  }
  return "video/x-raw,format={" + names + "}";
}

/// decodebin's choice of the next element.
int select(GstElement*, GstPad*, GstCaps* caps, GstElementFactory* factory, void*) {
  enum { try_it, expose, skip };  // GstAutoplugSelectResult, which no header has
  const bool parser = gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_PARSER);
  return parser && is_for_decoder_alone(caps) ? skip : try_it;
}

void add_probe(GstElement* pipeline, const char* name, int types, GstPadProbeCallback callback, void* data) {
  const Pad pad(gst_element_get_static_pad(element_of(pipeline, name), "sink"));
  gst_pad_add_probe(pad.get(), static_cast<GstPadProbeType>(types), callback, data, nullptr);
}

}  // namespace

bool has_room_for_label(const Track& track, const Choices& choices) {
  const auto [width, height] = size_of(track);
  const bool beside = choices.compare == Choices::Compare::side_by_side;
  return choices.label.empty() || Label(choices.label, beside ? 2 * width : width, height).has_room();
}

std::string make_piece(const std::filesystem::path& film, const Track& track, const Piece& piece, const Recipe& recipe,
                       const std::filesystem::path& file, const std::stop_token& stop,
                       const std::function<void(const Done&)>& tick) {
  const Choices& choices = recipe.choices;
  const Element pipeline = parse_pipeline(description(track, recipe));
  GstElement* const colour = element_of(pipeline.get(), "colour");
  g_object_set(element_of(pipeline.get(), "file"), "location", file.c_str(), nullptr);
  const Caps caps(gst_caps_from_string(formats(recipe).c_str()));
  g_object_set(element_of(pipeline.get(), "formats"), "caps", caps.get(), nullptr);
  if (choices.to_gray)
    make_gray(colour);
  else
    set_properties(colour, choices.properties);
  std::string comment;
  if (!choices.to_gray) listen(colour, comment);
  if (choices.compare == Choices::Compare::halves) show_before(colour, colour);
  if (choices.compare == Choices::Compare::side_by_side) {
    GstElement* const box = element_of(pipeline.get(), "box");
    g_object_set(box, "left", -width_of(track), nullptr);
    show_before(colour, box);
  }

  g_signal_connect(element_of(pipeline.get(), "decoder"), "autoplug-select", G_CALLBACK(select), nullptr);
  Gate gate{piece, track.delay(), {}, {}, piece.start, 0};
  constexpr int buffers = GST_PAD_PROBE_TYPE_BUFFER, events = GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  add_probe(pipeline.get(), "decoder", events, set_segment, &gate);
  add_probe(pipeline.get(), "entry", buffers | events, enter, &gate);
  add_probe(pipeline.get(), "exit", buffers, leave, &gate);
  add_probe(pipeline.get(), "store", events, plain, nullptr);
  const Pad store(gst_element_get_static_pad(element_of(pipeline.get(), "store"), "sink"));
  put_on_one_clock(store.get());
  const Pad exit(gst_element_get_static_pad(element_of(pipeline.get(), "exit"), "src"));
  if (!choices.label.empty()) label(exit.get(), choices.label);

  Source source(pipeline.get(), film, stop);
  GstPad* const stream = source.pad(track.id);
  if (!stream) throw Failure("it changed while it was read");
  if (piece.seek) seek(stream, *piece.seek);
  const Pad decoder(gst_element_get_static_pad(element_of(pipeline.get(), "decoder"), "sink"));
  gst_pad_link(stream, decoder.get());
  source.run([&] { tick({gate.position, gate.frames}); });
  return comment;
}

}  // namespace colorize::command
