// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/counts.h"
#include "common/pipeline.h"
#include "plan.h"

namespace colorize::command {

/// Keeps to a piece while frames flow.
struct PieceGate {
  const Piece& piece;
  std::optional<std::int64_t> delay;
  GstSegment segment, shown;  // before and after the decoder, which have threads of their own
  std::atomic<std::int64_t> position;
  std::atomic<std::uint64_t> frames, stored;  // come from colorize, and from the encoder
  GstElement* colorize = nullptr;             // null where colour is taken away
  Counts before = {};                         // this frame
  std::uint64_t coloured = 0;
  std::vector<std::int64_t> cuts = {};
};

/// Before an element: ends its stream with the first frame behind the piece's end, and lets nothing of those through.
/// For gst_pad_add_probe(); `data` is the PieceGate.
GstPadProbeReturn end_with_piece(GstPad* pad, GstPadProbeInfo* info, void* data);

/// What a piece's pictures go through up to colorize, which is the last of it, named colour.
std::string description_to_colour(const PlannedTrack& track, const Recipe& recipe);

/// The pipeline of a piece, but for the source, and those of its elements up to colorize that are dealt with.
struct PiecePipeline {
  Element whole;
  GstElement* decoder = element_of(whole.get(), "decoder");
  GstElement* entry = element_of(whole.get(), "entry");
  GstElement* converter = element_of(whole.get(), "converter");
  GstElement* formats = element_of(whole.get(), "formats");
  GstElement* colour = element_of(whole.get(), "colour");
};

/// A pad that an element always has.
Pad pad(GstElement* element, const char* name);

/// Has a callback see what comes into an element.
void watch(GstElement* element, int types, GstPadProbeCallback callback, void* data);

/// Has a piece go through a pipeline, which knows what becomes of it behind colorize. Throws Failure, Interrupted.
void play(const FilmPlan& plan, PieceGate& gate, const PiecePipeline& pipeline, const std::stop_token& stop,
          const std::function<void()>& tick, const std::function<void(const std::string&)>& decodes);

}  // namespace colorize::command
