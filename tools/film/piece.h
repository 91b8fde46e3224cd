// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// Whether the pictures of a track, as they become, are large enough for the label that is wanted. Throws Failure where
/// labels cannot be drawn.
bool has_room_for_label(const PlannedTrack& track, const Choices& choices);

/// How far a piece is.
struct Done {
  std::int64_t position;
  std::uint64_t frames;
};

/// Why a piece of the plan, by its number, cannot be used as it lies in `folder`, for people; empty where it can.
/// Nothing: it is not there.
std::optional<std::string> fault_of_piece(const FilmPlan& plan, std::size_t number,
                                          const std::filesystem::path& folder);

/// Makes a piece of the plan, by its number, in `folder`, unless it is there and without fault: the encoded frames with
/// their times, as GStreamer's data protocol, and its record beside it. Throws Failure, also where another process is
/// making it, or Interrupted. `decodes` is told the name of GStreamer's element before it decodes. `token`: of who
/// keeps others out by a Lease, see write_whole().
void make_piece(const FilmPlan& plan, std::size_t number, const std::filesystem::path& folder,
                const std::stop_token& stop, const std::function<void(const Done&)>& tick,
                const std::function<void(const std::string&)>& decodes = {}, const std::string& token = {});

/// The pieces of a track in order, as a pattern for the names of files.
std::filesystem::path pieces_in(const std::filesystem::path& folder, std::size_t track);

/// How many frames the records of a track's pieces promise. Throws Failure.
std::uint64_t frames_of_pieces(const FilmPlan& plan, const std::filesystem::path& folder, std::size_t track);

/// Throws Failure where `frames`, those of a track in the result, are not as many as the records of its pieces promise.
void check_frames(const FilmPlan& plan, const std::filesystem::path& folder, std::size_t track, std::uint64_t frames);

/// Removes pieces that are not the plan's, since pieces_in() would take them in; returns their names.
std::vector<std::string> remove_strangers(const FilmPlan& plan, const std::filesystem::path& folder);

/// The file of a piece.
std::filesystem::path file_of_piece(const FilmPlan& plan, std::size_t number, const std::filesystem::path& folder);

/// The film's comment, with what is to be said of it, where colours were predicted in some piece; else nothing. Throws
/// Failure.
std::string comment_of_pieces(const FilmPlan& plan, const std::filesystem::path& folder);

/// What is known of a film by its pieces, all of which lie in `folder`: its Made but for the file. Throws Failure.
Made made_of_pieces(const FilmPlan& plan, const std::filesystem::path& folder);

}  // namespace colorize::command
