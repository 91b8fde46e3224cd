// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "frametimes.h"
#include "libav.h"
#include "plan.h"

namespace colorize::command {

/// Writes `file` by libavformat: the new pictures, whose pieces lie in `folder`, and all that the plan copies of the
/// film as it is, with `comment` in the place of the film's own unless that is empty. Throws Failure or Interrupted.
std::vector<JoinedPictures> remux(const FilmPlan& plan, const std::filesystem::path& folder, const Container& container,
                                  const std::string& comment, const std::filesystem::path& file,
                                  const std::stop_token& stop);

/// Whether a stream is a film and not, as a cover, one picture.
bool is_moving_picture(const AVStream& stream);

/// Whether what a stream holds is known to libavformat elsewhere as well: chapters as a track of text, time code.
bool is_told_elsewhere(const AVStream& stream);

bool holds_chapters(const Container& container);

/// Whether a container, by libavformat's name, holds such a stream. Of some muxers only the first packet, if it is
/// known, brings it to light.
bool takes(const char* format, const AVStream& stream, const AVPacket* first = nullptr);

/// Adds a stream like one of the film.
void add_copied(const AvOutput& output, const AVStream& stream);

/// Nothing where it is not known.
std::optional<std::int64_t> nanoseconds(std::int64_t time, const AVStream& stream);

}  // namespace colorize::command
