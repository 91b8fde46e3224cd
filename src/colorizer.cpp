// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colorizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace colorize {

namespace {

/// Chroma times saturation and strength, hue turned.
void adjust(const Ab& ab, const Settings& settings, Ab& result) {
  const double angle = settings.hue_shift * std::numbers::pi / 180;
  const double chroma = settings.saturation * settings.strength;
  const double along = chroma * std::cos(angle), across = chroma * std::sin(angle);
  cv::addWeighted(ab.a, along, ab.b, -across, 0, result.a);
  cv::addWeighted(ab.a, across, ab.b, along, 0, result.b);
}

/// Whether anything is asked for that needs to know the frames before.
bool remembers(const Settings& settings) {
  return settings.stability > 0 || settings.inference_interval > 1 || settings.report_cuts || settings.keep_colour;
}

}  // namespace

void Colorizer::forget() {
  shot_.forget();
  memory_.forget();
  shot_colour_.forget();
}

bool Colorizer::has_own_colour(const Frame& frame, bool cut) {
  const double scale = 32.0 / std::max(seen_.cols, seen_.rows);
  const auto side = [&](int pixels) { return std::max(1, cvRound(pixels * scale)); };
  const cv::Size size(side(seen_.cols), side(seen_.rows));
  cv::resize(seen_, coarse_lightness_, size, 0, 0, cv::INTER_AREA);
  return shot_colour_.judge(coarse_lightness_, own_chroma_.measure(frame, size), cut);
}

Seen Colorizer::see(const Frame& frame, const Settings& settings) {
  const cv::Size size = network_.input_size({frame.width, frame.height}, settings.inference_size);
  seen_ = lightness_.measure(frame, size);

  Seen seen;
  if (remembers(settings)) {
    seen.cut = shot_.see(seen_, settings.scene_threshold);
    memory_.follow(shot_);
  } else {
    shot_.forget();
    memory_.forget();
  }
  if (settings.keep_colour)
    seen.own_colour = has_own_colour(frame, seen.cut);
  else
    shot_colour_.forget();
  if (seen.own_colour) return seen;
  since_prediction_ = memory_.empty() ? 0 : (since_prediction_ + 1) % settings.inference_interval;
  seen.due = since_prediction_ == 0;
  return seen;
}

void Colorizer::predict(const Settings& settings, const Hints& hints) {
  network_.predict(seen_, predicted_, hints);
  if (remembers(settings)) memory_.take(chroma_.refine(predicted_, seen_), shot_.number(), settings.stability);
}

void Colorizer::paint(const Frame& frame, const Settings& settings) {
  adjust(memory_.empty() ? predicted_ : memory_.recall(), settings, adjusted_);
  chroma_.write(frame, adjusted_, seen_, static_cast<float>(1 - settings.strength));
}

Processed Colorizer::process(const Frame& frame, const Settings& settings) {
  const Seen seen = see(frame, settings);
  if (seen.own_colour) return {.cut = seen.cut};
  if (seen.due) predict(settings);
  paint(frame, settings);
  return {.cut = seen.cut, .coloured = settings.saturation * settings.strength > 0};
}

}  // namespace colorize
