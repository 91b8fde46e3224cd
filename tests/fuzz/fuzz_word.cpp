// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>

#include "ab.h"
#include "error.h"
#include "fuzz.h"
#include "gstcolorizehints.h"
#include "palette.h"

using colorize::Ab, colorize::Error, colorize::PlacedHint;

namespace {

void expect_length(const PlacedHint::Length& length) {
  must(length.value >= 0 && length.value <= (length.share ? 1 : 1e9), "a length is one of a picture");
}

void expect_hint(const PlacedHint& hint) {
  must(!hint.time || (*hint.time >= 0 && *hint.time <= 1e9), "a time is one of a film");
  for (const auto& length : {hint.x, hint.y, hint.radius}) expect_length(length);
  must(std::ranges::all_of(hint.ab, [](float value) { return std::abs(value) < 130; }), "a colour is one of sRGB");
}

}  // namespace

/// What a person says of colours: as lines of hints, and as a palette.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(bytes_in(data, size));
  accepts<Error>([&] {
    if (const auto hints = gst_colorize_parse_hints(text, FALSE)) std::ranges::for_each(*hints, expect_hint);
  });
  accepts<Error>([&] {
    const auto palette = colorize::Palette::parse(text);
    Ab ab{cv::Mat(1, 2, CV_32F), cv::Mat(1, 2, CV_32F)};
    for (cv::Mat* plane : {&ab.a, &ab.b}) *plane = 20.0;
    palette.apply({}, ab);
    must(cv::checkRange(ab.a, true, nullptr, -200, 200) && cv::checkRange(ab.b, true, nullptr, -200, 200),
         "led colours are colours");
  });
  return 0;
}
