// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "plan.h"

namespace colorize::command {

/// Whether the pictures of a track, as they become, are large enough for the label that is wanted. Throws Failure where
/// labels cannot be drawn.
bool has_room_for_label(const Track& track, const Choices& choices);

/// How far a piece is.
struct Done {
  std::int64_t position;
  std::uint64_t frames;
};

/// Makes a piece of the plan, by its number, in `folder`, unless it is there: the encoded frames with their times, as
/// GStreamer's data protocol. Throws Failure, also where another process is making it, or Interrupted.
void make_piece(const FilmPlan& plan, std::size_t number, const std::filesystem::path& folder,
                const std::stop_token& stop, const std::function<void(const Done&)>& tick);

/// The pieces of a track in order, as a pattern for the names of files.
std::filesystem::path pieces_in(const std::filesystem::path& folder, std::size_t track);

/// The film's comment, with what is to be said of it, where colours were predicted in some piece; else nothing.
std::string comment_of_pieces(const FilmPlan& plan, const std::filesystem::path& folder);

}  // namespace colorize::command
