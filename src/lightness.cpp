// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lightness.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <span>

namespace colorize {

void Lightness::look_up(const cv::Mat& samples, const ToneOfLuma& tone) {
  const auto& lightness = lightness_of_tone();
  if (samples.depth() == CV_8U) {
    if (table_.empty() || tone != table_tone_) {
      table_.create(1, 256, CV_32F);
      for (int i = 0; i < 256; ++i) table_.at<float>(i) = between(lightness, static_cast<float>(tone(i)));
      table_tone_ = tone;
    }
    cv::LUT(samples, table_, full_);
    return;
  }
  const double scale = 255 / (tone.white - tone.black);
  samples.convertTo(full_, CV_32F, scale, -tone.black * scale);
  for (int y = 0; y < full_.rows; ++y)
    for (float& v : std::span(full_.ptr<float>(y), static_cast<std::size_t>(full_.cols)))
      v = between(lightness, std::min(std::max(v, 0.0F), 255.0F));
}

const cv::Mat& Lightness::measure(const cv::Mat& plane, const ToneOfLuma& tone, cv::Size size) {
  // Whole codes would round the mean of an area away, floats of the whole picture would cost its bandwidth four times:
  // so the samples are shrunk to twice the size at most, and the rest is done in float.
  const cv::Size twice(std::min(plane.cols, 2 * size.width), std::min(plane.rows, 2 * size.height));
  const bool shrink = twice != plane.size();
  if (shrink) cv::resize(plane, shrunk_, twice, 0, 0, cv::INTER_AREA);
  look_up(shrink ? shrunk_ : plane, tone);
  const bool smaller = size.width <= full_.cols && size.height <= full_.rows;
  cv::resize(full_, small_, size, 0, 0, smaller ? cv::INTER_AREA : cv::INTER_LINEAR);
  return small_;
}

}  // namespace colorize
