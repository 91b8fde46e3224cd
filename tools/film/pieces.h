// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <vector>

#include "common/choices.h"
#include "encoders.h"
#include "survey.h"

namespace colorize::command {

/// A stretch of a track's pictures that is made by itself, so that its bytes are the same whatever was made before.
/// Running times, in nanoseconds.
struct Piece {
  std::int64_t start;                ///< of its first frame
  std::int64_t end;                  ///< before this it ends
  std::int64_t warm_up;              ///< from here on pictures are looked at, so that colour flows on without a seam
  std::optional<std::int64_t> seek;  ///< the stream time of the keyframe to begin reading at; nothing: the film's start
};

/// Pieces of some 20 s, each from a keyframe to a later one that a seek finds. A film that cannot be sought is one
/// piece.
std::vector<Piece> plan_pieces(const std::filesystem::path& film, const Track& track, const std::stop_token& stop);

/// Whether the pictures of a track, as they become, are large enough for the label that is wanted. Throws Failure where
/// labels cannot be drawn.
bool has_room_for_label(const Track& track, const Choices& choices);

/// How pictures are made.
struct Recipe {
  const Choices& choices;
  const Encoder& encoder;
  bool in_order;  ///< because the container cannot say when a frame is shown
};

/// How far a piece is.
struct Done {
  std::int64_t position;
  std::uint64_t frames;
};

/// Writes a piece to `file`: the encoded frames with their times, as GStreamer's data protocol. Returns the film's
/// comment, with what is to be said of it, where colours were predicted; else nothing. Throws Failure or Interrupted.
std::string make_piece(const std::filesystem::path& film, const Track& track, const Piece& piece, const Recipe& recipe,
                       const std::filesystem::path& file, const std::stop_token& stop,
                       const std::function<void(const Done&)>& tick);

}  // namespace colorize::command
