// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>

#include "libav.h"

namespace colorize::command {

/// Of the first picture, as the container of the film has it; empty where it has none.
std::string time_code_of(const AvInput& film);

/// The same as the pictures have it (MPEG-2, H.264, H.265), of the first stream of which libavcodec finds one that is
/// not zero, from which those count who have no time code. Throws Failure, Interrupted.
std::string time_code_inside(const std::filesystem::path& film, const std::stop_token& stop);

/// How often the time code of the film's container begins anew on its way.
std::int64_t breaks_of_time_code(const AvInput& film);

/// Whether a container, by libavformat's name, holds this time code for pictures of this rate, 0/1 where that is not
/// known.
bool holds_time_code(const std::string& format, const std::string& code, AVRational rate);

/// Whether a time code counts frames at that rate.
bool can_advance(const std::string& code, AVRational rate);

/// Brings a time code among tags in line with a part of the film that begins so many nanoseconds after its first
/// picture; one that cannot goes.
void advance_time_code(AVDictionary*& tags, AVRational rate, std::int64_t start);

}  // namespace colorize::command
