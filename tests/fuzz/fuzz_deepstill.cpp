// SPDX-License-Identifier: LGPL-2.1-or-later
#include <opencv2/core.hpp>

#include "common/bytes.h"
#include "common/failure.h"
#include "fuzz.h"
#include "still/deepstill.h"
#include "still/metadata.h"

using colorize::command::DeepStill, colorize::command::Failure, colorize::command::read_deep_still;

/// A small file may say that it is a large picture, which is made then: that takes its time and is no fault.
static bool is_large(std::string_view file) {
  constexpr std::uint64_t most = 1 << 16;
  if (colorize::command::is_png(file)) {
    const std::uint64_t width = colorize::command::big_endian(file.substr(16, 4)),
                        height = colorize::command::big_endian(file.substr(20, 4));
    return width * height > most;
  }
  return false;
}

static void must_be_same(const DeepStill& still, const std::optional<DeepStill>& again) {
  must(again && again->alpha == still.alpha && cv::norm(again->rgba, still.rgba, cv::NORM_INF) == 0,
       "a picture that is written and read is the same");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file = bytes_in(data, size);
  if (is_large(file)) return 0;
  std::optional<DeepStill> still;
  accepts<Failure>([&] { still = read_deep_still(file); });
  if (!still) return 0;
  must(still->rgba.type() == CV_16UC4 && !still->rgba.empty(), "a picture has pixels");
  must_be_same(*still, read_deep_still(png_of(*still)));
  must(!tiff_of(*still).empty(), "a picture becomes a TIFF file");
  return 0;
}
