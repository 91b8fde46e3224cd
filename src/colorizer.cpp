// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colorizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

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

bool Colorizer::has_own_colour(const Frame& frame, const cv::Mat& lightness, bool cut) {
  const double scale = 32.0 / std::max(lightness.cols, lightness.rows);
  const auto side = [&](int pixels) { return std::max(1, cvRound(pixels * scale)); };
  const cv::Size size(side(lightness.cols), side(lightness.rows));
  cv::resize(lightness, coarse_lightness_, size, 0, 0, cv::INTER_AREA);
  return shot_colour_(coarse_lightness_, own_chroma_(frame, size), cut);
}

Processed Colorizer::process(const Frame& frame, const Settings& settings) {
  const cv::Mat tone = tone_plane(frame, tone_);
  const cv::Size size = network_.input_size({frame.width, frame.height}, settings.inference_size);
  const cv::Mat& lightness = lightness_(tone, ToneOfLuma::of(frame), size);

  const bool remembers =
      settings.stability > 0 || settings.inference_interval > 1 || settings.report_cuts || settings.keep_colour;
  if (!remembers) memory_.forget();
  const bool cut = remembers && memory_.see(lightness, settings.scene_threshold);
  if (!settings.keep_colour) shot_colour_.forget();
  if (settings.keep_colour && has_own_colour(frame, lightness, cut)) return {.cut = cut};
  since_prediction_ = memory_.empty() ? 0 : (since_prediction_ + 1) % settings.inference_interval;
  if (since_prediction_ == 0) {
    network_.predict(lightness, predicted_);
    ab_ = predicted_;
    if (remembers) {
      coarse_.set(predicted_, lightness);
      ab_ = refinement_(coarse_, lightness).ab;
      memory_.blend(ab_, settings.stability);
    }
  } else {
    ab_ = memory_.recall();
  }

  adjust(ab_, settings, adjusted_);
  chroma_.write(frame, adjusted_, lightness, static_cast<float>(1 - settings.strength));
  return {.cut = cut, .coloured = settings.saturation * settings.strength > 0};
}

}  // namespace colorize
