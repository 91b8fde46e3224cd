// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace colorize::command {

/// A picture of 16 bits a sample. GStreamer's elements damage its colours (pngdec) or do not know them: libpng reads
/// and writes it, libtiff writes it.
struct DeepStill {
  cv::Mat rgba;        ///< CV_16UC4
  bool alpha = false;  ///< or all of it is opaque
};

/// What lies in a PNG file of 16 bits; nothing where the file is of another kind. Throws Failure.
std::optional<DeepStill> read_deep_still(std::string_view file);

std::string png_of(const DeepStill& still);
std::string tiff_of(const DeepStill& still);

}  // namespace colorize::command
