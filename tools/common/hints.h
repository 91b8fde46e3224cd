// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "choices.h"

namespace colorize::command {

/// The lines of hints that an option gives, themselves or as the name of a file: what a film was made with must not
/// change with a file. Throws Error.
std::string lines_of_hints(const std::string& text);

/// The line of a hint such as 12.5s,320,180,8=#6b5b3a, whose time and radius may be left out. Throws Error.
std::string line_of_hint(const std::string& text);

/// All lines that are said of hints, or of regions, together are the value of one property.
void add_lines(const std::string& property, const std::string& lines, Properties& given);

/// A hint, and when it is placed, ns of the film; nothing: from the first frame of every shot on.
struct HintLine {
  std::string text;
  std::optional<std::int64_t> time;
  bool of_scene;  ///< of its warmth and tint: has no place in the picture
};

/// All that the properties have. Throws Failure for what is no JSON.
std::vector<HintLine> hints_of(const Properties& properties);

/// The object of a line with the values that `other`, an object as JSON, has in their places, and without its time and
/// end.
std::string rewritten(const std::string& line, const std::string& other);

/// The same hint from another time on, ns of the film.
std::string hint_from(const std::string& line, std::int64_t time);

/// And at another place, in pixels of the picture.
std::string hint_elsewhere(const std::string& line, std::int64_t time, double x, double y);

/// When regions that move are placed, ns of the film; of those that say it.
std::vector<std::int64_t> times_of_regions(const Properties& properties);

/// The same with those hints and regions that are of the picture at `time`, ns of the film, which then is a picture by
/// itself.
Properties with_hints_at(const Properties& properties, std::int64_t time);

}  // namespace colorize::command
