// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "choices.h"

namespace colorize::command {

/// What became of a track of pictures, or of a photograph.
struct MadePictures {
  std::uint64_t frames = 0;
  std::uint64_t left_alone = 0;         ///< of them, those without predicted colours
  std::vector<std::int64_t> cuts = {};  ///< running times of the first frames of shots, but the first, ns of the source
};

/// A piece of a film.
struct MadePiece {
  std::string name;    ///< its file's
  std::string sha256;  ///< hexadecimal digits
  std::uint64_t frames = 0;
  std::size_t track = 0;                                                 ///< of those that became colour
  std::optional<std::int64_t> start = std::nullopt, end = std::nullopt;  ///< running time, ns; nothing: no bound
};

/// A result that is whole, before it gets its name.
struct Made {
  std::filesystem::path file = {};  ///< where it lies until then; empty: `bytes` are what is in it
  std::string bytes = {};
  std::vector<std::filesystem::path> files = {};  ///< instead of these the numbered pictures, which have their names
  std::string sha256 = {};                        ///< of the file, hexadecimal digits; empty: nobody has computed it
  std::string start = {};                         ///< moment_now() when its first piece was begun; empty: with the job
  Properties properties = {};                     ///< of the element, that are not as usual
  std::string codec = {};                         ///< of a film
  std::string encoder = {};                       ///< GStreamer's element
  bool marked = false;                            ///< it says that its colours were predicted
  std::vector<MadePictures> pictures = {};
  std::vector<MadePiece> pieces = {};
};

}  // namespace colorize::command
