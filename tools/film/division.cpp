// SPDX-License-Identifier: LGPL-2.1-or-later
#include "division.h"

#include <algorithm>
#include <iterator>

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

/// Where the pictures have to be looked at first for a piece: so that memory is as it would be, and what may hold
/// yet of what was `said` of the colour of an earlier frame is on its thing.
std::int64_t warm_up_of(std::int64_t start, const std::vector<std::int64_t>& said) {
  constexpr std::int64_t warming = 2 * GST_SECOND, longest_hold = 60 * GST_SECOND;
  std::int64_t warm_up = start - warming;
  for (const std::int64_t time : said)
    if (time < start && time >= start - longest_hold) warm_up = std::min(warm_up, time - GST_SECOND / 2);
  return warm_up;
}

}  // namespace

std::vector<Piece> pieces_of(const fs::path& film, const Track& track, std::size_t number, const Choices& choices,
                             const std::stop_token& stop) {
  constexpr std::int64_t least_length = 20 * GST_SECOND;
  constexpr std::size_t enough = 3;  // a film of which so many places are not found will have none
  const std::optional<Range>& range = choices.range;
  std::vector<std::int64_t> said = times_of_hints(choices.properties);
  std::ranges::copy(times_of_references(choices.properties), std::back_inserter(said));
  Piece first{.track = number};
  if (range)
    first = {.track = number, .start = range->start, .end = range->end, .warm_up = warm_up_of(range->start, said)};
  std::vector<Piece> pieces = {first};
  pieces[0].shift = track.shift();
  // Where decoders hand out other frames than there are packets, times that nothing but decoding gives run away.
  if (!track.delay() || (track.by_decoding && !std::ranges::all_of(track.packets, holds_frame))) return pieces;

  if (range) find_seek(first, film, track, stop);
  if (first.seek) pieces[0] = first;  // or all before it is decoded, too

  std::size_t not_found = 0;
  const std::int64_t end = range ? std::min(range->end, track.end) : track.end;
  std::int64_t start = range ? range->start : *track.packets.front().running_time;
  for (std::size_t i = 0; i < track.packets.size(); ++i) {
    const std::int64_t time = *track.packets[i].running_time;
    if (!may_begin(track, i) || time < start + least_length || end < time + least_length / 2) continue;
    start = time;
    Piece piece{.track = number, .start = start, .warm_up = warm_up_of(start, said)};
    find_seek(piece, film, track, stop);
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
