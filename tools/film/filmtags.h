// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "libav.h"

namespace colorize::command {

/// Adds what a film says of itself. Ogg has that on its streams, whence it is taken unless it `stays_on_streams`.
void add_tags_of_film(AVDictionary*& to, const AvInput& film, bool stays_on_streams);

/// Spells a stream's tags as its container does: MP4 and MOV have a title in the handler's name, MOV languages as
/// libavformat's list of those of the Macintosh has them.
void spell_tags(const AvOutput& output, AVStream& stream);

/// Whether the film has tags by QuickTime's keys, as those of phones, which MOV's older list has no place for.
bool has_quicktime_keys(const AvOutput& output, const AvInput& film);

/// Gives the result the tags of the film, whose `name` is for reading it once more, with `comment` in the place of its
/// own unless that is empty. Throws Failure, Interrupted.
void copy_film_tags(const AvOutput& output, const AvInput& film, const std::filesystem::path& name,
                    const std::string& comment, const std::stop_token& stop);

/// Writes the chapters as Vorbis comments do, whose muxer in libavformat rounds them up to whole seconds.
void write_chapters_as_tags(const AvOutput& output);

}  // namespace colorize::command
