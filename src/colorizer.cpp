// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colorizer.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

#include "stopwatch.h"

namespace colorize {

namespace {

/// A shot whose first frames passed before the network answered gets its colour in so many frames.
constexpr int frames_of_fade = 12;

/// So many frames at most go without an answer because they are late: some sinks are a little late all the time.
constexpr int longest_without = 25;

/// Chroma times saturation, strength and `shown`, hue turned.
void adjust(const Ab& ab, const Settings& settings, double shown, Ab& result) {
  const double angle = settings.hue_shift * std::numbers::pi / 180;
  const double chroma = settings.saturation * settings.strength * shown;
  const double along = chroma * std::cos(angle), across = chroma * std::sin(angle);
  cv::addWeighted(ab.a, along, ab.b, -across, 0, result.a);
  cv::addWeighted(ab.a, across, ab.b, along, 0, result.b);
}

/// Whether anything is asked for that needs to know the frames before.
bool remembers(const Settings& settings) {
  return settings.stability > 0 || settings.inference_interval > 1 || settings.report_cuts || settings.keep_colour ||
         settings.async || settings.late;
}

}  // namespace

void Colorizer::forget() {
  shot_.forget();
  memory_.forget();
  shot_colour_.forget();
  if (worker_) worker_->forget();
  answered_ = {};
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

void Colorizer::take_answer(const Settings& settings, Processed& done) {
  const Worker::Answer* answer = worker_->take();
  if (!answer) return;
  done.predicted = true;
  done.predict_ms = answer->milliseconds;
  if (memory_.take(chroma_.refine(answer->ab, answer->lightness), answer->number, settings.stability))
    answered_ = asked_;
}

void Colorizer::ask() {
  if (!worker_->ask(seen_, shot_.number())) {
    since_prediction_ = -1;  // due at the next picture again
    return;
  }
  memory_.await();
  asked_ = now_;
}

void Colorizer::paint(const Frame& frame, const Settings& settings) {
  if (settings.async)
    shown_ = memory_.empty() ? 0 : std::min(1.0, shown_ + 1.0 / frames_of_fade);
  else
    shown_ = 1;
  if (shown_ > 0) {
    adjust(memory_.empty() ? predicted_ : memory_.recall(), settings, shown_, adjusted_);
  } else {
    for (cv::Mat* plane : {&adjusted_.a, &adjusted_.b}) {
      plane->create(seen_.size(), CV_32F);
      *plane = 0.0;
    }
  }
  chroma_.write(frame, adjusted_, seen_, static_cast<float>(1 - settings.strength));
}

Processed Colorizer::process(const Frame& frame, const Settings& settings, std::int64_t time) {
  Processed done;
  now_ = {now_.number + 1, time};
  const Stopwatch seeing;
  const Seen seen = see(frame, settings);
  done.see_ms = 1000 * seeing.seconds();
  done.cut = seen.cut;
  if (seen.own_colour) return done;

  if (settings.async) {
    take_answer(settings, done);
    if (seen.due) ask();
  } else if (seen.due && settings.late && !memory_.empty() &&
             now_.number - answered_.number <= std::max(longest_without, 2 * settings.inference_interval)) {
    done.skipped = true;
    since_prediction_ = -1;
  } else if (seen.due) {
    const Stopwatch predicting;
    predict(settings);
    done.predicted = true;
    done.predict_ms = 1000 * predicting.seconds();
    asked_ = answered_ = now_;
  }

  const Stopwatch painting;
  paint(frame, settings);
  done.paint_ms = 1000 * painting.seconds();
  done.painted = true;
  done.coloured = settings.saturation * settings.strength * shown_ > 0;
  if (answered_.number > 0) {
    done.age_frames = now_.number - answered_.number;
    done.age_time = now_.time - answered_.time;
  }
  return done;
}

}  // namespace colorize
