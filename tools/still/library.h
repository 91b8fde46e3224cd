// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <opencv2/core.hpp>
#include <stop_token>
#include <string>

#include "common/picturekinds.h"

namespace colorize::command {

/// A picture as libvips reads it.
struct LibraryPicture {
  cv::Mat rgb;    ///< of 8 or 16 bits, with a fourth channel where there is alpha
  int pages = 1;  ///< of which it is the first
  std::string exif = {}, xmp = {}, icc = {};
};

/// How a file is to be read.
struct LibraryWish {
  int page = 0;
  bool alpha = true;  ///< a fourth channel is alpha
};

/// Reads a picture in a process of its own, which `judge` may keep from taking memory: it gets the sides that the file
/// says and throws Failure. Throws Failure, and Interrupted.
LibraryPicture read_by_library(const std::filesystem::path& file, const PictureKind& kind, const LibraryWish& wish,
                               const std::function<void(std::uint64_t, std::uint64_t)>& judge,
                               std::uint64_t most_pixels, const std::stop_token& stop);

/// A PNG file as one of another kind, which `ending` says (.heic, .avif), with what it says of itself. Throws Failure,
/// and Interrupted.
std::string write_by_library(const std::string& png, const std::string& ending, int quality,
                             const std::stop_token& stop);

}  // namespace colorize::command
