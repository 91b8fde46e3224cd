// SPDX-License-Identifier: LGPL-2.1-or-later
#include "division.h"

#include <algorithm>
#include <functional>
#include <set>

#include "common/hints.h"
#include "common/references.h"

namespace colorize::command {

namespace fs = std::filesystem;

bool holds_frame(const Packet& packet) { return packet.size > 16; }

namespace {

/// Whether a packet is a keyframe that a piece can begin with.
bool may_begin(const Track& track, std::size_t i) {
  const bool is_after_next = i + 1 < track.packets.size() && track.packets[i + 1].is_between;
  return track.packets[i].keyframe && !is_after_next;
}

/// The last keyframe, by its number among the packets, that a piece may begin with and is not after `time`.
std::optional<std::size_t> beginning_before(const Track& track, std::int64_t time) {
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < track.packets.size(); ++i)
    if (may_begin(track, i) && *track.packets[i].running_time <= time &&
        (!last || track.packets[*last].running_time < track.packets[i].running_time))
      last = i;
  return last;
}

/// Finds a way to begin at the piece with what reading the film from its start gives: from the last keyframe before its
/// warm-up. Demuxers that only guess where a time lies land later than they should: then from further ahead. The piece
/// has no place to seek to where there is none.
void find_seek(Piece& piece, const fs::path& film, const Track& track, const std::stop_token& stop) {
  const auto number = beginning_before(track, piece.warm_up);
  if (!number) return;
  const Packet& keyframe = track.packets[*number];
  const std::int64_t delay = *track.delay();
  for (const bool by_timestamps : {true, false})
    for (const std::int64_t ahead : {0, 1, 2, 4, 8}) {
      const std::int64_t seek = *keyframe.stream_time - ahead * static_cast<std::int64_t>(GST_SECOND);
      if ((by_timestamps && !track.shift()) || seek < 0) break;
      if (!is_found_again(film, track, {seek, piece.warm_up - delay, piece.start - delay, by_timestamps}, stop))
        continue;
      piece.seek = seek;
      if (by_timestamps) piece.shift = track.shift();
      if (track.by_content) piece.entry = Landmark{*number, keyframe.tail};
      return;
    }
}

constexpr std::int64_t warming = 2 * GST_SECOND;
constexpr std::int64_t looking = 6 * GST_SECOND;        // before and after a piece: few shots go on for longer
constexpr std::int64_t longest_hold = 60 * GST_SECOND;  // of a hint that was placed before a piece

/// Calls `work` for each hint that may hold in a piece, with its line and, where it has one, its running time.
void for_hints_in(const FilmPlan& plan, const Piece& piece,
                  const std::function<void(const std::string&, std::optional<std::int64_t>)>& work) {
  const std::int64_t delay = plan.tracks[piece.track].pictures->delay.value_or(0);
  for (const TracedHint& hint : plan.hints)
    for (const HintLine& line : hints_of({{"hints", hint.from}})) {
      if (!line.time) {
        work(line.text, std::nullopt);
        continue;
      }
      if (line.of_scene) {  // no motion has to be followed up to here
        if (hint.begin + delay < piece.end && hint.end + delay > piece.start)
          work(hint_from(line.text,
                         piece.start == Piece::first ? *line.time : std::max(*line.time, piece.start - delay)),
               std::nullopt);
        continue;
      }
      const std::int64_t time = *line.time + delay;
      const bool is_too_old = piece.start != Piece::first && time < piece.start - longest_hold;
      if (time < piece.end && !is_too_old) work(line.text, time);
    }
}

}  // namespace

Piece piece_to_make(const FilmPlan& plan, std::size_t number) {
  Piece piece = plan.pieces[number];
  const std::int64_t delay = plan.tracks[piece.track].pictures->delay.value_or(0);
  std::int64_t warm_up = piece.warm_up;
  const auto look_from = [&](std::int64_t time) {
    constexpr std::int64_t before = GST_SECOND / 2;
    if (time < piece.start && time >= piece.start - longest_hold) warm_up = std::min(warm_up, time - before);
  };
  for_hints_in(plan, piece, [&](const std::string&, std::optional<std::int64_t> time) {
    if (time) look_from(*time);
  });
  for (const std::int64_t time : times_of_regions(plan.recipe.choices.properties)) look_from(time + delay);
  for (const std::int64_t time : times_of_references(plan.recipe.choices.properties)) look_from(time + delay);
  if (warm_up == piece.warm_up) return piece;
  piece.warm_up = warm_up;
  const Piece* from = nullptr;
  for (const Piece& other : plan.pieces)
    if (other.track == piece.track && (!other.seek || other.warm_up <= warm_up) && (!from || other.start > from->start))
      from = &other;
  piece.seek = from ? from->seek : std::nullopt;
  piece.shift = from ? from->shift : std::nullopt;
  piece.entry = from ? from->entry : std::nullopt;
  return piece;
}

Piece piece_to_look_at(const FilmPlan& plan, std::size_t number) {
  Piece piece = piece_to_make(plan, number);
  if (piece.start != Piece::first) piece.warm_up = std::min(piece.warm_up, piece.start - looking);
  if (piece.end != Piece::last) piece.end += looking;
  return piece;
}

bool is_looked_at(const FilmPlan& plan, std::size_t number) {
  constexpr std::int64_t longest = 60 * GST_SECOND;
  const Piece& piece = plan.pieces[number];
  const std::int64_t end = std::min(piece.end, plan.tracks[piece.track].pictures->end);
  const auto says_otherwise = [](const auto& property) {
    const auto& [name, value] = property;
    return (name == "reference" && value != "own") ||
           (name == "stability" && g_ascii_strtod(value.c_str(), nullptr) == 0);
  };
  return !plan.recipe.choices.to_gray && end - std::max<std::int64_t>(piece.start, 0) <= longest &&
         std::ranges::none_of(plan.recipe.choices.properties, says_otherwise);
}

Properties properties_of_piece(const FilmPlan& plan, std::size_t number, const fs::path& folder) {
  Properties properties = plan.recipe.choices.properties;
  std::erase_if(properties, [](const auto& property) { return property.first == "hints"; });
  for_hints_in(plan, plan.pieces[number],
               [&](const std::string& line, std::optional<std::int64_t>) { add_lines("hints", line, properties); });
  const Piece& piece = plan.pieces[number];
  const std::int64_t delay = plan.tracks[piece.track].pictures->delay.value_or(0);
  std::set<std::string> keys;
  for (const TracedHint& hint : plan.hints)
    if (!hint.key.empty() && hint.begin + delay < piece.end && hint.end + delay > piece.start) keys.insert(hint.key);
  for (const std::string& key : keys) add_lines("reference", (folder / key).string(), properties);
  return properties;
}

std::vector<Piece> pieces_of(const fs::path& film, const Track& track, std::size_t number, const Choices& choices,
                             const std::stop_token& stop) {
  constexpr std::int64_t least_length = 20 * GST_SECOND;
  constexpr std::size_t enough = 3;  // a film of which so many places are not found will have none
  const std::optional<Range>& range = choices.range;
  Piece first{.track = number};
  if (range) first = {.track = number, .start = range->start, .end = range->end, .warm_up = range->start - looking};
  std::vector<Piece> pieces = {first};
  if (range) pieces[0].warm_up = range->start - warming;
  pieces[0].shift = track.shift();
  // Where decoders hand out other frames than there are packets, times that nothing but decoding gives run away.
  if (!track.delay() || (track.by_decoding && !std::ranges::all_of(track.packets, holds_frame))) return pieces;

  if (range) find_seek(first, film, track, stop);
  first.warm_up = pieces[0].warm_up;
  if (first.seek) pieces[0] = first;  // or all before it is decoded, too

  std::size_t not_found = 0;
  const std::int64_t end = range ? std::min(range->end, track.end) : track.end;
  std::int64_t start = range ? range->start : *track.packets.front().running_time;
  for (std::size_t i = 0; i < track.packets.size(); ++i) {
    const std::int64_t time = *track.packets[i].running_time;
    if (!may_begin(track, i) || time < start + least_length || end < time + least_length / 2) continue;
    start = time;
    Piece piece{.track = number, .start = start, .warm_up = start - looking};
    find_seek(piece, film, track, stop);
    piece.warm_up = start - warming;
    if (piece.seek) {
      piece.end = pieces.back().end;
      pieces.back().end = piece.start;
      pieces.push_back(piece);
    } else if (++not_found == enough && pieces.size() == 1) {
      break;
    }
  }
  return pieces;
}

}  // namespace colorize::command
