// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// Packets of a few bytes repeat the last frame, which not every version of a decoder hands out once more.
bool holds_frame(const Packet& packet);

/// Divides a track, which has this number among those of the plan, or the range of it that is chosen: pieces are some
/// 20 s, each from a keyframe, or where the range begins, to a later one that a seek finds. Throws Failure,
/// Interrupted.
std::vector<Piece> pieces_of(const std::filesystem::path& film, const Track& track, std::size_t number,
                             const Choices& choices, const std::stop_token& stop);

/// A piece as it is made: it begins to look where the first of the hints was placed that may hold in it yet.
Piece piece_to_make(const FilmPlan& plan, std::size_t number);

/// A piece as it is looked at before it is made, so that its things have the colour that they have in all of their
/// shots: with some seconds before and after it, where those can be had.
Piece piece_to_look_at(const FilmPlan& plan, std::size_t number);

/// Whether that is done: where colours are to be steady, nothing but what the film shows says them, and no more has to
/// be kept of it than of a usual piece.
bool is_looked_at(const FilmPlan& plan, std::size_t number);

/// What a piece is made with: of the hints those that may hold in it, and the pictures of what they colour, in
/// `folder`.
Properties properties_of_piece(const FilmPlan& plan, std::size_t number, const std::filesystem::path& folder);

}  // namespace colorize::command
