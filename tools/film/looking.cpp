// SPDX-License-Identifier: LGPL-2.1-or-later
#include "looking.h"

#include <algorithm>
#include <utility>

#include "common/properties.h"
#include "division.h"
#include "pieceplay.h"
#include "timeline.h"

namespace colorize::command {

namespace {

/// Before colorize, where a piece is looked at before it is made: has the network run more seldom on what is not of the
/// piece itself.
struct Looking {
  PieceGate& gate;
  const Piece& made;
  GstElement* colour;
  int own_interval, interval;
};

GstPadProbeReturn look(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& looking = *static_cast<Looking*>(data);
  const auto time = running_time(looking.gate.shown, GST_BUFFER_PTS(gst_pad_probe_info_get_buffer(info)));
  if (!time) return GST_PAD_PROBE_OK;
  constexpr int seldom = 4;
  const bool is_own = *time >= looking.made.start && *time < looking.made.end;
  const int interval = is_own ? looking.own_interval : std::max(looking.own_interval, seldom);
  if (std::exchange(looking.interval, interval) != interval)
    g_object_set(looking.colour, "inference-interval", interval, nullptr);
  looking.gate.position = *time;
  return GST_PAD_PROBE_OK;
}

}  // namespace

void look_at_piece(const FilmPlan& plan, std::size_t number, const std::filesystem::path& colours,
                   const std::stop_token& stop, const std::function<void(std::int64_t)>& tick,
                   const std::function<void(const std::string&)>& decodes) {
  const Piece piece = piece_to_look_at(plan, number);
  const PlannedTrack& track = plan.tracks[piece.track];
  const PiecePipeline pipeline{parse_pipeline(description_to_colour(track, plan.recipe) + "fakesink")};
  set_properties(pipeline.colour, properties_of_piece(plan, number, colours.parent_path()));
  g_object_set(pipeline.colour, "pass-file", colours.c_str(), nullptr);
  gst_util_set_object_arg(G_OBJECT(pipeline.colour), "pass", "first");
  PieceGate gate{piece, track.pictures->delay, {}, {}, piece.start, 0, 0};
  Looking looking{gate, plan.pieces[number], pipeline.colour, 1, 0};
  g_object_get(pipeline.colour, "inference-interval", &looking.own_interval, nullptr);
  watch(pipeline.colour, GST_PAD_PROBE_TYPE_BUFFER, end_with_piece, &gate);
  watch(pipeline.colour, GST_PAD_PROBE_TYPE_BUFFER, look, &looking);
  play(
      plan, gate, pipeline, stop, [&] { tick(gate.position); }, decodes);
}

}  // namespace colorize::command
