// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lightness.h"

#include <algorithm>
#include <array>
#include <opencv2/imgproc.hpp>

#include "tone.h"

namespace colorize {

namespace {

/// The L* of each 8-bit code.
const std::array<float, 256>& lightness_of_code(Range range) {
  const auto make = [](Range r) {
    std::array<float, 256> table{};
    for (int i = 0; i < 256; ++i) {
      const float tone = tone_of_luma(r)[i];
      const auto whole = static_cast<int>(tone);
      const auto& l = lightness_of_tone();
      table[i] = l[whole] + (l[whole + 1] - l[whole]) * (tone - static_cast<float>(whole));
    }
    return table;
  };
  static const auto limited = make(Range::limited), full = make(Range::full);
  return range == Range::limited ? limited : full;
}

}  // namespace

const cv::Mat& Lightness::operator()(const cv::Mat& tone, Range range, cv::Size size) {
  // Whole codes would round the mean of an area away, floats of the whole picture would cost its bandwidth four times:
  // so the bytes are shrunk to twice the size at most, and the rest is done in float.
  const cv::Size twice(std::min(tone.cols, 2 * size.width), std::min(tone.rows, 2 * size.height));
  const bool shrink = twice != tone.size();
  if (shrink) cv::resize(tone, codes_, twice, 0, 0, cv::INTER_AREA);
  const cv::Mat table(1, 256, CV_32F, const_cast<float*>(lightness_of_code(range).data()));
  cv::LUT(shrink ? codes_ : tone, table, full_);
  const bool smaller = size.width <= full_.cols && size.height <= full_.rows;
  cv::resize(full_, small_, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small_;
}

}  // namespace colorize
