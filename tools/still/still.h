// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <stop_token>
#include <string>

#include "common/choices.h"
#include "common/pipeline.h"
#include "common/progress.h"

namespace colorize::command {

/// A picture of 8 bits, and the way in which videoflip turns it upright.
struct Upright {
  Sample picture;
  const char* direction;
};

/// The picture in a file, or the first of several. Throws Failure.
Upright decode_still(const std::filesystem::path& file, const std::stop_token& stop);

/// Writes `input`, a photograph, to `output` (JPEG, PNG, TIFF, WebP, HEIC or AVIF, by its name) in colour. `output`
/// appears when it is whole. Throws Failure or Interrupted.
void convert_still(const std::filesystem::path& input, const std::filesystem::path& output, const Choices& choices,
                   Progress& progress, const std::stop_token& stop);

/// Throws Failure where a result cannot have such a name.
void check_still_name(const std::filesystem::path& output);

/// As convert_still(), with a picture that is no file: upright, R'G'B' of 8 bits or R'G'B'A of 16.
void convert_picture(GstSample* picture, const std::filesystem::path& output, const Choices& choices,
                     Progress& progress, const std::stop_token& stop);

/// Writes a picture, R'G'B' of 8 bits, as it is. Where it is `coloured`, with predicted colours, it says so.
void write_picture(const cv::Mat& rgb, const std::filesystem::path& output, const Choices& choices, bool coloured,
                   const std::stop_token& stop);

}  // namespace colorize::command
