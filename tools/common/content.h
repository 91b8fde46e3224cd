// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

namespace colorize::command {

enum class Content {
  still,   ///< JPEG, PNG, WebP, or what libvips reads for us (picturekinds.h)
  film,    ///< a container that usually holds moving pictures
  neither  ///< anything else
};

struct Look {
  Content content = Content::neither;
  std::string ending = {};  ///< of a still's name, by what it is
  std::string why = {};     ///< why it is neither, and what to do where it has pictures all the same
};

/// What a file holds by what it begins with; its name only helps. What cannot be read is neither.
Look look_at(const std::filesystem::path& file);

/// Does a file say that colours were predicted for it by this program? It is looked for where results have it, near a
/// file's beginning and its end.
bool has_mark(const std::filesystem::path& file);

/// Is there sound alone in what looked like a film? The cover of an album is no moving picture; what cannot be read
/// might be a film. The look is taken by a process of its own, since decoders may crash.
bool is_sound_alone(const std::filesystem::path& film);

/// What that process runs: `gst-colorize --sound-alone FILE`. Returns an exit status.
int sound_alone(int argc, char** argv, const std::stop_token&);

}  // namespace colorize::command
