// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace colorize::command {

/// Names of properties of the element and their values as text.
using Properties = std::vector<std::pair<std::string, std::string>>;

/// A part of a film, in nanoseconds from its beginning: what is shown from `start` on and before `end`.
struct Range {
  /// Times of frames are rounded in many a container: bounds lie so much before the times that the user said.
  static constexpr std::int64_t rounding = 500'000;

  std::int64_t start = 0, end = std::numeric_limits<std::int64_t>::max();

  bool holds(std::int64_t time) const { return time >= start && time < end; }
  bool operator==(const Range&) const = default;
};

/// What becomes of every picture, as the user chose it on the command line.
struct Choices {
  enum class Compare { none, halves, side_by_side };
  enum class Speed { fast, medium, slow };  ///< of encoders: what is slower is smaller

  Properties properties = {};
  bool to_gray = false;  ///< take the colour away instead
  Compare compare = Compare::none;
  std::string label = {};  ///< a line that is burnt in; empty: none
  bool deinterlace = false;
  bool resume = false;       ///< go on from the pieces of an earlier, interrupted run that was made in the same way
  bool keep_pieces = false;  ///< of films when they are done, and go on from those that lie there
  bool overwrite = false;    ///< a result that is there already
  bool verbose = false;      ///< remarks on how a film is made too
  std::string codec = {};    ///< one of codec_names(); empty: the best installed one for the container
  Speed speed = Speed::fast;
  bool hardware = false;            ///< encoders of the machine's graphics before those of its processor
  bool aac = false;                 ///< sound of films that is neither AAC nor MP3 becomes AAC
  std::optional<int> bits = {};     ///< the most that a sample of a film may have; nothing: those of the source
  std::optional<Range> range = {};  ///< nothing: all of a film
  std::optional<std::uint64_t> memory = {};  ///< bytes that a photograph may take; nothing: half of the machine's
  std::optional<int> quality = {};           ///< 0 smallest .. 100 best; nothing: looks like the source
};

}  // namespace colorize::command
