// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colorizer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "colour.h"
#include "error.h"
#include "hintchange.h"
#include "stopwatch.h"

namespace colorize {

namespace {

/// A shot whose first frames passed before the network answered gets its colour in so many frames.
constexpr int frames_of_fade = 12;

/// So many frames at most go without an answer because they are late: some sinks are a little late all the time.
constexpr int longest_without = 25;

/// So many frames go by from one that the network is asked about with hints to the next, or fewer, the more of their
/// things were hidden or came out meanwhile.
constexpr int frames_between_hints = 48, least_between_hints = 12;

/// Chroma times saturation, strength and `shown`, hue turned.
void adjust(const Ab& ab, const Settings& settings, double shown, Ab& result) {
  const double angle = settings.hue_shift * std::numbers::pi / 180;
  const double chroma = settings.saturation * settings.strength * shown;
  const double along = chroma * std::cos(angle), across = chroma * std::sin(angle);
  cv::addWeighted(ab.a, along, ab.b, -across, 0, result.a);
  cv::addWeighted(ab.a, across, ab.b, along, 0, result.b);
}

/// Colours a scene by tint and warmth, and takes its cast away, where no hint holds. What has a colour of another kind
/// than the cast keeps it: it is less likely to be due to that.
void warm(cv::Vec2f tint_and_warmth, cv::Vec2f cast, const cv::Mat& held, Ab& ab) {
  constexpr float unlike = 15;  // a*b* units at which a colour is of another kind
  const auto [tint, warmth] = tint_and_warmth.val;
  for (int y = 0; y < ab.a.rows; ++y) {
    auto *a = ab.a.ptr<float>(y), *b = ab.b.ptr<float>(y);
    const float* kept = held.empty() ? nullptr : held.ptr<float>(y);
    for (int x = 0; x < ab.a.cols; ++x) {
      const float free = kept ? 1 - kept[x] : 1;
      const float far_a = a[x] - cast[0], far_b = b[x] - cast[1];
      const float share = free * std::exp(-(far_a * far_a + far_b * far_b) / (2 * unlike * unlike));
      a[x] += free * tint - share * cast[0];
      b[x] += free * warmth - share * cast[1];
    }
  }
}

/// Whether anything is asked for that needs to know the frames before. What is settled is steady by itself.
bool remembers(const Settings& settings, bool settled) {
  return (settings.stability > 0 && !settled) || settings.inference_interval > 1 || settings.report_cuts ||
         settings.keep_colour || settings.async || settings.late || settings.hints || settings.references ||
         any_moves(settings.region) || any_moves(settings.exclude);
}

}  // namespace

void Colorizer::forget() {
  miss();
  hints_.forget();
  cover_.forget();
  references_.forget();
}

void Colorizer::miss() {
  cover_.miss();
  shot_.forget();
  memory_.forget();
  hints_.miss();
  hint_memory_.forget();
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

/// a*b* of what the picture came with around a place of its L*.
std::array<float, 2> Colorizer::own_colour(const Frame& frame, cv::Point2f at, float radius) {
  if (frame.layout == Frame::Layout::gray) return {};
  const int reach = static_cast<int>(radius);
  const cv::Rect place =
      cv::Rect(cvRound(at.x) - reach, cvRound(at.y) - reach, 2 * reach + 1, 2 * reach + 1) & cv::Rect({}, seen_.size());
  const cv::Scalar chroma = cv::mean(own_chroma_.measure(frame, seen_.size())(place));
  const double luma = colour::from_linear(colour::luminance(cv::mean(seen_(place))[0]));
  const Matrix matrix = frame.layout == Frame::Layout::rgb ? Matrix::bt601 : frame.matrix;
  const auto [red, green, blue] = colour::luma_weights(matrix);
  const double cb = chroma[0] / 255, cr = chroma[1] / 255;
  const double r = luma + 2 * (1 - red) * cr, b = luma + 2 * (1 - blue) * cb, g = (luma - red * r - blue * b) / green;
  const auto lab =
      colour::linear_rgb_to_lab({colour::to_linear(r), colour::to_linear(g), colour::to_linear(b)}, frame.primaries);
  return {static_cast<float>(lab[1]), static_cast<float>(lab[2])};
}

Seen Colorizer::see(const Frame& frame, const Settings& settings, double stream_time) {
  const cv::Size size = network_.input_size({frame.width, frame.height}, settings.inference_size);
  seen_ = lightness_.measure(frame, size);

  Seen seen;
  if (remembers(settings, settled_)) {
    seen.cut = shot_.see(seen_, settings.scene_threshold);
    memory_.follow(shot_);
    reach_.release();
    seen.hinted = hints_.follow(shot_, seen_, {frame.width, frame.height}, settings.hints, stream_time,
                                [&](cv::Point2f at, float radius) { return own_colour(frame, at, radius); });
    if (seen.hinted) {
      hints_changed_ = true;
      changed_ = shot_.number();
    }
    if (hints_.lack()) hint_memory_.forget();  // before it follows: what is left is said of this very frame
    hint_memory_.follow(shot_);
    hint_memory_.fade();
    const auto size_of = [&](cv::Size picture) { return network_.input_size(picture, settings.inference_size); };
    if (references_.follow(shot_, seen_, settings.references, size_of, stream_time)) {
      references_changed_ = hints_changed_ = true;  // what hints change is a difference to that
      changed_ = shot_.number();
    }
    seen.hinted |= references_changed_;
  } else {
    shot_.forget();
    memory_.forget();
    hints_.forget();
    hint_memory_.forget();
    references_.forget();
  }
  cover_.follow(shot_, seen_, {frame.width, frame.height}, settings.region, settings.exclude, stream_time);
  if (settings.keep_colour)
    seen.own_colour = has_own_colour(frame, seen.cut);
  else
    shot_colour_.forget();
  if (seen.own_colour) return seen;
  since_prediction_ = memory_.empty() || seen.hinted ? 0 : (since_prediction_ + 1) % settings.inference_interval;
  seen.due = since_prediction_ == 0;
  return seen;
}

/// What the network is told of the frame's colour beside hints.
Hints Colorizer::known() const {
  if (references_.empty() || references_.are_of_parts() || !network_.takes_hints()) return {};
  return references_.planes();
}

/// How far hints reach in the frame.
const cv::Mat& Colorizer::reach() {
  if (reach_.empty()) reach_ = hints_.reach(seen_);
  return reach_;
}

/// And with them: what a person says of a place stands over what a picture says.
Hints Colorizer::known_with_hints() {
  Hints all = hints_.planes();
  const Hints referred = known();
  if (referred.empty()) return all;
  all.confidence = all.confidence.clone();
  const cv::Mat is_free = all.confidence == 0;
  referred.ab.a.copyTo(all.ab.a, is_free);
  referred.ab.b.copyTo(all.ab.b, is_free);
  cv::Mat weaker;
  cv::multiply(referred.confidence, 1 - reach(), weaker);
  weaker.copyTo(all.confidence, is_free);
  return all;
}

/// Whether it is time to have the network say once more what they change; that moves along meanwhile.
bool Colorizer::asks_with_hints() const {
  if (hints_.planes().empty()) return false;
  const std::ptrdiff_t seen = hints_.seen(), most = std::max({seen, asked_seen_, std::ptrdiff_t{1}});
  const auto sooner = 2 * frames_between_hints * std::abs(seen - asked_seen_) / most;
  const auto wait = std::max<std::ptrdiff_t>(least_between_hints, frames_between_hints - sooner);
  return hints_changed_ || shot_.number() - asked_hints_ >= wait;
}

void Colorizer::asked_with_hints() {
  asked_hints_ = shot_.number();
  asked_seen_ = hints_.seen();
}

/// What the hints change goes into a memory of its own, as far as they reach: so all else is as steady as without them,
/// and nothing is left of one that is taken away. Where they do not reach any more since a thing was lost, its colour
/// stays with it as far as the motion is trusted.
void Colorizer::take_hinted(const Ab& plain, const Ab& hinted, const Ab& said, const cv::Mat& lightness,
                            const cv::Mat& reach, std::int64_t number, double stability) {
  Ab change = chroma_.refine(hinted, lightness);
  const Ab& without = chroma_.refine(plain, lightness);
  change.a -= without.a;
  change.b -= without.b;
  bound_change(said, reach, without, change);
  const bool is_new = hints_changed_ && number >= changed_;
  hint_memory_.take(change, number, is_new ? 0 : stability, false, reach);
  if (is_new) hints_changed_ = false;
}

void Colorizer::predict(const Settings& settings) {
  if (settled_)
    predicted_ = *settled_;
  else
    network_.predict(seen_, predicted_, known());
  if (!remembers(settings, settled_)) return;
  if (std::exchange(references_changed_, false)) memory_.begin_anew();
  memory_.take(settled_ ? predicted_ : chroma_.refine(predicted_, seen_), shot_.number(),
               settled_ ? 0 : settings.stability, settings.own_reference);
  if (!asks_with_hints()) return;
  asked_with_hints();
  const Hints known = known_with_hints();
  network_.predict(seen_, hinted_, known);
  take_hinted(predicted_, hinted_, known.ab, seen_, reach(), shot_.number(), settings.stability);
}

void Colorizer::take_answer(const Settings& settings, Processed& done) {
  const Worker::Answer* answer = worker_->take();
  if (!answer) return;
  done.predicted = true;
  done.predict_ms = answer->milliseconds;
  if (std::exchange(asked_anew_, false)) memory_.begin_anew();
  if (memory_.take(chroma_.refine(answer->ab, answer->lightness), answer->number, settings.stability,
                   settings.own_reference))
    answered_ = asked_;
  if (!answer->hints.empty() && !hints_.planes().empty())
    take_hinted(answer->ab, answer->hinted, answer->hints.ab, answer->lightness, asked_reach_, answer->number,
                settings.stability);
}

void Colorizer::ask() {
  const bool with_hints = asks_with_hints();
  if (!worker_->ask(seen_, shot_.number(), with_hints ? known_with_hints() : Hints(), known())) {
    since_prediction_ = -1;  // due at the next picture again
    return;
  }
  memory_.await();
  asked_anew_ |= std::exchange(references_changed_, false);
  if (with_hints) {
    hint_memory_.await();
    asked_with_hints();
    asked_reach_ = reach();
  }
  asked_ = now_;
}

/// The colour that references are certain of comes from them, but for what hints say.
const Ab& Colorizer::with_references(const Ab& ab) {
  if (references_.empty()) return ab;
  cv::Mat share = references_.share();
  if (!hints_.planes().empty()) cv::multiply(share, 1 - reach(), share);
  referred_ = ab;
  const Ab& said = references_.ab();
  for (const auto& [to, from] : {std::pair{&referred_.a, &said.a}, {&referred_.b, &said.b}}) {
    cv::Mat change = *from - *to;
    cv::multiply(change, share, change);
    *to += change;
  }
  return referred_;
}

/// Green in the place of the colour, as far as that is said and no guess of the network.
void Colorizer::show_confidence() {
  constexpr double green_a = -50, green_b = 40;
  cv::Mat said = cv::Mat::zeros(seen_.size(), CV_32F);
  if (!references_.empty()) said = references_.planes().confidence;
  if (!hints_.planes().empty()) cv::max(said, reach(), said);
  adjusted_.a = green_a * said;
  adjusted_.b = green_b * said;
}

void Colorizer::paint(const Frame& frame, const Settings& settings) {
  if (settings.async)
    shown_ = memory_.empty() ? 0 : std::min(1.0, shown_ + 1.0 / frames_of_fade);
  else
    shown_ = 1;
  if (shown_ > 0) {
    const Ab* known = memory_.empty() ? &predicted_ : &memory_.recall();
    const bool hinted = !hint_memory_.empty() && !memory_.empty();
    if (hinted) {
      shown_ab_ = *known;
      shown_ab_.a += hint_memory_.recall().a;
      shown_ab_.b += hint_memory_.recall().b;
      known = &shown_ab_;
    }
    known = &with_references(*known);
    const cv::Vec2f cast = hints_.cast(*known);
    const cv::Vec2f scene = hints_.scene().value_or(cv::Vec2f(cv::Vec2d(settings.tint, settings.warmth)));
    const bool warmed = scene != cv::Vec2f() || cast != cv::Vec2f();
    const bool led = settings.palette || settings.skin_guard || warmed;
    if (led) {
      if (known != &shown_ab_) shown_ab_ = *known;
      known = &shown_ab_;
      const cv::Mat held = hinted ? reach() : cv::Mat();
      if (settings.skin_guard) {  // by what the network says, which without a memory may be coarser
        if (shown_ab_.size() != seen_.size()) shown_ab_ = chroma_.refine(shown_ab_, seen_);
        skin_.find(shown_ab_, seen_);
      }
      if (settings.palette) settings.palette->apply(held, shown_ab_);
      if (warmed) warm(scene, cast, held, shown_ab_);
      if (settings.skin_guard) skin_.lead(held, shown_ab_);
    }
    adjust(*known, settings, shown_, adjusted_);
  } else {
    for (cv::Mat* plane : {&adjusted_.a, &adjusted_.b}) {
      plane->create(seen_.size(), CV_32F);
      *plane = 0.0;
    }
  }
  if (settings.show_confidence) show_confidence();
  const Component& chroma = frame.components[1];
  chroma_.write(frame, adjusted_, seen_, static_cast<float>(1 - settings.strength),
                cover_.draw({chroma.width, chroma.height}));
}

Processed Colorizer::process(const Frame& frame, const Settings& settings, std::int64_t time, double stream_time,
                             const Ab* settled) {
  settled_ = settled;
  if (settled && settled->size() != network_.input_size({frame.width, frame.height}, settings.inference_size))
    throw Error(Error::Kind::settings,
                "the first pass was of pictures of another size; make it anew, with this inference-size");
  Processed done;
  now_ = {now_.number + 1, time};
  const Stopwatch seeing;
  const Seen seen = see(frame, settings, stream_time);
  done.see_ms = 1000 * seeing.seconds();
  done.cut = seen.cut;
  if (seen.own_colour) return done;

  if (settings.async) {
    take_answer(settings, done);
    if (seen.due) ask();
  } else if (seen.due && settings.late && !seen.hinted && !memory_.empty() &&
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
  const cv::Mat& cover = cover_.draw({frame.components[1].width, frame.components[1].height});
  const bool left_out = !cover.empty() && cv::countNonZero(cover) == 0;
  done.coloured = settings.saturation * settings.strength * shown_ > 0 && !left_out;
  if (answered_.number > 0) {
    done.age_frames = now_.number - answered_.number;
    done.age_time = now_.time - answered_.time;
  }
  return done;
}

Processed Colorizer::look(const Frame& frame, const Settings& settings, std::int64_t time, FirstPass& pass) {
  const Stopwatch seeing;
  Processed done;
  seen_ = lightness_.measure(frame, network_.input_size({frame.width, frame.height}, settings.inference_size));
  pass.take(seen_, time, settings.inference_interval, settings.scene_threshold, [&]() -> const Ab& {
    const Stopwatch predicting;
    network_.predict(seen_, predicted_);
    const Ab& said = chroma_.refine(predicted_, seen_);
    done.predicted = true;
    done.predict_ms = 1000 * predicting.seconds();
    return said;
  });
  done.see_ms = 1000 * seeing.seconds() - done.predict_ms;
  return done;
}

}  // namespace colorize
