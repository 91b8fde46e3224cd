// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/choices.h"
#include "common/progress.h"
#include "encoders.h"
#include "survey.h"

namespace colorize::command {

/// A packet, which is known again by its content.
struct Landmark {
  std::size_t number;  ///< in order of decoding
  std::uint64_t tail;  ///< tail_of() it
};

/// A stretch of a track's pictures that is made by itself, so that its bytes are the same whatever was made before.
/// Running times, in nanoseconds.
struct Piece {
  static constexpr std::int64_t first = std::numeric_limits<std::int64_t>::min();
  static constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();

  std::size_t track;             ///< among those of the plan
  std::int64_t start = first;    ///< of its first frame
  std::int64_t end = last;       ///< before this it ends
  std::int64_t warm_up = first;  ///< from here on pictures are looked at, so that colour flows on without a seam
  std::optional<std::int64_t> seek =
      {};  ///< the stream time of the keyframe to begin reading at; nothing: the film's start
  std::optional<std::int64_t> shift = {};  ///< Track::shift(), by which packets after the seek get their running time;
                                           ///< nothing: as the demuxer says
  std::optional<Landmark> entry = {};      ///< with which decoding begins, of pictures that are retimed
};

/// What is known of the pictures of a track that becomes colour.
struct Pictures {
  std::int64_t end;                   ///< running time
  std::optional<std::int64_t> delay;  ///< Track::delay()
  std::size_t count;                  ///< packets that hold one
  /// The running times of those that are shown, in order; where the container knows no others (AVI), of all when they
  /// are decoded.
  std::vector<std::int64_t> shown;
  int stream = -1;          ///< its number in libavformat
  std::int64_t offset = 0;  ///< libavformat's time less running time
  bool mixed = false;       ///< may_be_mixed()
  Caps form = nullptr;      ///< form_for_all(), or null
  /// Of all its packets in order of decoding, the running times that replace GStreamer's, which are wrong; else empty.
  std::vector<std::int64_t> retimed = {};
  int depth = 0;             ///< bits of a sample; 0: not known before they are decoded
  bool own_decoder = false;  ///< GStreamer's would crash: needs_own_decoder()
  bool captions = false;     ///< has_captions() some packet
};

/// A track that is in the result.
struct PlannedTrack {
  std::string id;
  Caps caps;
  TagList tags;                      ///< or null
  std::optional<Pictures> pictures;  ///< nothing: it is copied
};

/// How pictures are made.
struct Recipe {
  Choices choices;
  const Encoder* encoder;
  bool in_order;  ///< frames are stored as they are shown, because the container cannot say when that is
  int threads;    ///< of OpenCV and the encoder, some of which give other bits with another number of them
};

/// A hint as the user said it, and as it holds from the frame on in which its thing is first seen.
struct TracedHint {
  std::string said, from;
  /// A picture of what it colours, with alpha where it says nothing, by which its thing is found again in the whole
  /// shot: its name in the work folder; empty: none.
  std::string key = {};
  std::int64_t begin = 0, end = 0;  ///< of that shot, stream time
};

/// All that is to be known for making a film's pieces, each wherever one wants, and for joining them.
struct FilmPlan {
  std::filesystem::path film;
  Recipe recipe;
  std::map<std::string, std::string> made_with;  ///< what else the bytes depend on: names and values, for people too
  std::vector<PlannedTrack> tracks;              ///< those that become colour first
  std::vector<Piece> pieces;
  std::vector<TracedHint> hints = {};  ///< those of the recipe, which pieces are made with
  std::optional<Range> range = {};     ///< what is wanted of it, from its first picture on; running times
  std::optional<std::vector<int>>
      copied;  ///< streams by their numbers in libavformat; nothing: GStreamer copies tracks
  std::map<int, std::string> converted = {};  ///< streams of sound that SoundConverter makes anew, and their codecs
  TagList tags;                               ///< of the whole film, or null
  Owned<GstToc> toc;                          ///< or null
  std::int64_t lead = 0;                      ///< how long before running time 0 some track begins
  std::vector<Remark> remarks;
};

/// A plan of which nothing is known yet but what it is to be made of. Throws Failure.
FilmPlan plan_without_survey(const std::filesystem::path& film, const Choices& choices, const Container& container);

/// Leaves no piece to choose the library that runs the network, since each has its own bits: what it chooses anew, it
/// may choose otherwise, where memory is short. Returns its name and version.
std::string settle_engine(Properties& properties);

/// What else than the choices bytes depend on: FilmPlan::made_with, but for the film and its encoder. Adds to
/// `properties` what must not be chosen anew where a piece is made.
std::map<std::string, std::string> versions_here(Properties& properties, bool to_gray);

/// How many threads those properties ask for, or this process takes: Recipe::threads.
int threads_for(const Properties& properties);

/// Throws Failure where the film is not as it was planned.
void check_film(const FilmPlan& plan);

/// What a machine is to do by a plan: pieces are joined alike on every processor.
enum class Task { making, joining };

/// In what this machine, or the film as it is now, differs from what the plan was made for, for people; empty where
/// what is made here has the plan's bits. Throws Failure.
std::string unlike_plan(const FilmPlan& plan, Task task);

/// The same of what versions_here() gave elsewhere, and gives here.
std::string unlike_versions(const std::map<std::string, std::string>& planned,
                            const std::map<std::string, std::string>& here, Task task);

/// Plans for what is in the film. Pieces are some 20 s, each from a keyframe to a later one that a seek finds; a film
/// that cannot be sought is one piece. Throws Failure where the film cannot be made, Interrupted.
FilmPlan plan_film(const std::filesystem::path& film, const Choices& choices, const Container& container,
                   const std::stop_token& stop);

}  // namespace colorize::command
