// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>

namespace colorize::command {

enum class Content {
  still,    ///< JPEG, PNG, TIFF or WebP
  film,     ///< a container that usually holds moving pictures
  unknown,  ///< anything else
};

/// What a file holds by what it begins with; its name only helps. A file that cannot be read is unknown.
Content content_of(const std::filesystem::path& file);

/// Is there sound alone in what looked like a film? The cover of an album is no moving picture; what cannot be read
/// might be a film. The look is taken by a process of its own, since decoders may crash.
bool is_sound_alone(const std::filesystem::path& film);

/// What that process runs: `sound-alone FILE`. Returns an exit status.
int sound_alone(int argc, char** argv, const std::stop_token&);

}  // namespace colorize::command
