// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colorizer.h"

#include <cmath>
#include <numbers>

#include "tone.h"

namespace colorize {

namespace {

/// Chroma times saturation and strength, hue turned.
void adjust(const Ab& ab, const Settings& settings, Ab& result) {
  const double angle = settings.hue_shift * std::numbers::pi / 180, chroma = settings.saturation * settings.strength;
  const double along = chroma * std::cos(angle), across = chroma * std::sin(angle);
  cv::addWeighted(ab.a, along, ab.b, -across, 0, result.a);
  cv::addWeighted(ab.a, across, ab.b, along, 0, result.b);
}

}  // namespace

void Colorizer::process(const Frame& frame, const Settings& settings) {
  const cv::Mat tone = tone_plane(frame, tone_);
  const cv::Size size = network_.input_size({frame.width, frame.height}, settings.inference_size);
  const cv::Mat& lightness = lightness_(tone, tone_range(frame), size);
  network_.predict(lightness, ab_);
  adjust(ab_, settings, adjusted_);
  chroma_.write(frame, adjusted_, lightness, static_cast<float>(1 - settings.strength));
}

}  // namespace colorize
