// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "encoders.h"
#include "libav.h"

namespace colorize::command {

inline constexpr AVRational in_nanoseconds{1, 1'000'000'000};

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

/// What a decoder has to know before the first packet.
void set_extradata(AVCodecParameters& parameters, const std::string& bytes);

}  // namespace colorize::command
