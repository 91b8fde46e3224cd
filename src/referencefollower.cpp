// SPDX-License-Identifier: LGPL-2.1-or-later
#include "referencefollower.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "along.h"
#include "colour.h"
#include "lightness.h"
#include "smoothstep.h"

namespace colorize {

namespace {

constexpr int frames_between = 8;        // from one search to the next, where something was found
constexpr int frames_before_again = 24;  // and where nothing was
constexpr int frames_of_fade = 12;       // in which comes what is found amid a shot
constexpr std::size_t most_tried = 3;    // references at a time; a try costs some ms
constexpr double least_share = 0.12;     // of a picture that is found in a reference, or it shows something else

float smooth_step(float from, float to, float value) { return smoothstep((value - from) / (to - from)); }

/// The Y' of a picture, from which films are made gray.
cv::Mat luma_of(const cv::Mat& rgb) {
  cv::Mat luma;
  cv::transform(rgb, luma, cv::Matx13f(0.2126F, 0.7152F, 0.0722F));
  return luma;
}

cv::Mat codes_of(const cv::Mat& lightness) {
  cv::Mat codes;
  lightness.convertTo(codes, CV_8U, 2.55);
  return codes;
}

Ab ab_of(const cv::Mat& rgb) {
  std::array<double, 256> linear{};
  for (std::size_t code = 0; code < linear.size(); ++code)
    linear[code] = colour::to_linear(static_cast<double>(code) / 255);
  Ab ab(cv::Mat(rgb.size(), CV_32F), cv::Mat(rgb.size(), CV_32F));
  for (int y = 0; y < rgb.rows; ++y)
    for (int x = 0; x < rgb.cols; ++x) {
      const auto& codes = rgb.at<cv::Vec3b>(y, x);
      const auto lab =
          colour::linear_rgb_to_lab({linear[codes[0]], linear[codes[1]], linear[codes[2]]}, Primaries::bt709);
      ab.a.at<float>(y, x) = static_cast<float>(lab[1]);
      ab.b.at<float>(y, x) = static_cast<float>(lab[2]);
    }
  return ab;
}

/// As light, and as rich in contrast, as `like` is where `where` says.
void adapt(cv::Mat& codes, const cv::Mat& like, const cv::Mat& where) {
  cv::Scalar mean, deviation, mean_of_like, deviation_of_like;
  cv::meanStdDev(codes, mean, deviation, where);
  cv::meanStdDev(like, mean_of_like, deviation_of_like, where);
  const double gain = std::clamp((deviation_of_like[0] + 1) / (deviation[0] + 1), 0.5, 2.0);
  codes.convertTo(codes, CV_8U, gain, mean_of_like[0] - gain * mean[0]);
}

/// How alike two pictures are around each pixel in what varies there, CV_32F -1..1 (the second part of Wang, Bovik,
/// Sheikh and Simoncelli 2004). Motion that is free makes one picture out of any other as far as levels go, not as far
/// as this.
cv::Mat likeness(const cv::Mat& one, const cv::Mat& other) {
  constexpr double noise = 50;  // codes squared: what varies by so little is alike
  const cv::Size around(11, 11);
  const auto mean_of = [&](const cv::Mat& plane) {
    cv::Mat mean;
    cv::boxFilter(plane, mean, CV_32F, around);
    return mean;
  };
  cv::Mat a, b;
  one.convertTo(a, CV_32F);
  other.convertTo(b, CV_32F);
  const cv::Mat mean_a = mean_of(a), mean_b = mean_of(b);
  const cv::Mat both = 2 * (mean_of(a.mul(b)) - mean_a.mul(mean_b)) + noise;
  const cv::Mat each = mean_of(a.mul(a) + b.mul(b)) - mean_a.mul(mean_a) - mean_b.mul(mean_b) + noise;
  return both / each;
}

}  // namespace

void ReferenceFollower::forget() {
  planes_ = Hints();
  searched_ = 0;
  time_ = -1;
}

cv::Mat ReferenceFollower::thumbnail_of(const cv::Mat& levels) {
  cv::Mat small;
  cv::resize(levels, small, {16, 16}, 0, 0, cv::INTER_AREA);
  small.convertTo(small, CV_32F);
  small -= cv::mean(small)[0];
  return small / (cv::norm(small) + 1e-6);
}

void ReferenceFollower::look_at(const Reference& reference, const SizeOf& size_of, Seen& seen) {
  const cv::Mat& rgb = reference.rgb;
  const cv::Size size = size_of(rgb.size());
  const cv::Mat luma = luma_of(rgb);
  Frame frame{.layout = Frame::Layout::gray, .width = luma.cols, .height = luma.rows, .components = {}};
  frame.components[0] = {.data = luma.data,
                         .stride = static_cast<std::ptrdiff_t>(luma.step),
                         .step = 1,
                         .width = luma.cols,
                         .height = luma.rows};
  const cv::Mat lightness = Lightness().measure(frame, size).clone();
  seen.codes = codes_of(lightness);
  seen.look = look_of(lightness);
  cv::Mat small;
  cv::resize(rgb, small, size, 0, 0, cv::INTER_AREA);
  seen.ab = ab_of(small);
  if (reference.says.empty()) return;
  cv::resize(reference.says, seen.says, size, 0, 0, cv::INTER_AREA);
  seen.says.convertTo(seen.says, CV_32F, 1.0 / 255);
}

/// Those that may show what the frame shows, the likeliest first.
std::vector<std::size_t> ReferenceFollower::candidates(const cv::Mat& lightness, double time) const {
  const cv::Mat thumbnail = thumbnail_of(lightness);
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const auto& when = (*references_)[i].time;
    const auto& part = (*references_)[i].part;
    if (part && time >= 0 && (time < part->first || time >= part->second)) continue;
    const double away = when && time >= 0 ? std::abs(*when - time) : 0;
    if (away > Reference::longest_hold) continue;
    ranked.emplace_back(-thumbnail.dot(seen_[i].thumbnail) + away / Reference::longest_hold, i);
  }
  std::ranges::sort(ranked);
  ranked.resize(std::min(ranked.size(), most_tried));
  std::vector<std::size_t> result;
  for (const auto& [rank, i] : ranked) result.push_back(i);
  return result;
}

ReferenceFollower::Said ReferenceFollower::ask(const Seen& reference, const Look& look, const cv::Mat& codes) {
  Said said;
  const Match found = match(look, reference.look);
  if (found.share < least_share) return said;

  // By likeness to some pixels, and from there to the pixel where lightness is the same too.
  const cv::Mat is_sure = found.sure > 0.5;
  cv::Mat warped;
  cv::remap(reference.codes, warped, found.origin, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  adapt(warped, codes, is_sure);
  matched_.estimate(warped, codes);
  cv::Mat origin, trust = matched_.trust().clone();
  move_along(found.origin, matched_.origin(), origin);
  // What hardly moved is followed more exactly from where it was.
  if (reference.codes.size() == codes.size() && found.way < 2 * Look::cell) {
    straight_.estimate(reference.codes, codes);
    cv::Mat ours, its;
    cv::blur(trust, ours, {9, 9});
    cv::blur(straight_.trust(), its, {9, 9});
    cv::Mat is_better = its >= ours;
    for (int y = 0; y < is_better.rows; ++y)  // what merely is as light is no match
      for (int x = 0; x < is_better.cols; ++x)
        if (cv::norm(straight_.origin().at<cv::Vec2f>(y, x) - found.origin.at<cv::Vec2f>(y, x)) > Look::cell)
          is_better.at<uchar>(y, x) = 0;
    straight_.origin().copyTo(origin, is_better);
    straight_.trust().copyTo(trust, is_better);
  }

  const float same = smooth_step(0.3F, 0.6F, static_cast<float>(cv::mean(trust, is_sure)[0]));
  cv::remap(reference.codes, warped, origin, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  const cv::Mat like = likeness(warped, codes);
  Ab exact, alike;
  for (const auto& [plane, to, coarse] :
       {std::tuple{&reference.ab.a, &exact.a, &alike.a}, {&reference.ab.b, &exact.b, &alike.b}}) {
    move_along(*plane, origin, *to);
    move_along(*plane, found.origin, *coarse);
  }
  cv::Mat says_exact, says_alike;
  if (!reference.says.empty()) {
    move_along(reference.says, origin, says_exact);
    move_along(reference.says, found.origin, says_alike);
  }
  const auto said_at = [](const cv::Mat& says, int y, int x) { return says.empty() ? 1.0F : says.at<float>(y, x); };
  Hints& planes = said.planes;
  planes.ab = exact;
  planes.confidence.create(codes.size(), CV_32F);
  for (int y = 0; y < codes.rows; ++y)
    for (int x = 0; x < codes.cols; ++x) {
      const float sure = smooth_step(0.1F, 0.4F, found.sure.at<float>(y, x));
      const float certain = same * sure * trust.at<float>(y, x) * smooth_step(0.3F, 0.7F, like.at<float>(y, x)) *
                            said_at(says_exact, y, x);
      const float likely =
          of_likeness * smooth_step(0.3F, 0.8F, found.sure.at<float>(y, x)) * said_at(says_alike, y, x);
      if (certain < likely) {
        planes.ab.a.at<float>(y, x) = alike.a.at<float>(y, x);
        planes.ab.b.at<float>(y, x) = alike.b.at<float>(y, x);
      }
      planes.confidence.at<float>(y, x) = std::max(certain, likely);
    }
  said.score = cv::mean(planes.confidence)[0];
  return said;
}

void ReferenceFollower::move(const Motion& motion) {
  const auto along = [&](cv::Mat& plane) {
    cv::Mat moved;
    move_along(plane, motion.origin(), moved);
    plane = moved;
  };
  for (cv::Mat* plane : {&planes_.ab.a, &planes_.ab.b, &planes_.confidence}) along(*plane);
  for (int y = 0; y < size_.height; ++y) {
    auto* known = planes_.confidence.ptr<float>(y);
    const auto* trust = motion.trust().ptr<float>(y);
    for (int x = 0; x < size_.width; ++x) {
      // What is merely alike goes slowly, or the network would be told it and not told it by turns.
      const float kept = std::min(1.0F, 2 * trust[x]);
      known[x] *= known[x] > of_likeness ? kept : std::max(0.9F, kept);
    }
  }
}

/// What is said anew is mixed with what came along: where that is surer it stays, so that nothing wears off.
void ReferenceFollower::take(const Hints& said) {
  if (planes_.empty()) {
    planes_ = said;
    return;
  }
  for (int y = 0; y < size_.height; ++y) {
    auto *a = planes_.ab.a.ptr<float>(y), *b = planes_.ab.b.ptr<float>(y), *known = planes_.confidence.ptr<float>(y);
    const auto *new_a = said.ab.a.ptr<float>(y), *new_b = said.ab.b.ptr<float>(y),
               *surety = said.confidence.ptr<float>(y);
    for (int x = 0; x < size_.width; ++x) {
      const float ours = surety[x] > of_likeness ? 1 : 8;  // what is merely alike changes with each search
      const float share = surety[x] * surety[x] / (surety[x] * surety[x] + ours * known[x] * known[x] + 1e-6F);
      a[x] += share * (new_a[x] - a[x]);
      b[x] += share * (new_b[x] - b[x]);
      known[x] = std::max(known[x], surety[x]);
    }
  }
}

void ReferenceFollower::search(const cv::Mat& lightness, const SizeOf& size_of, double time) {
  const cv::Mat codes = codes_of(lightness);
  Look look;
  std::vector<Said> all;
  const std::vector<std::size_t> tried = candidates(lightness, time);
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (std::ranges::count(tried, i) == 0) {
      seen_[i] = {.thumbnail = seen_[i].thumbnail};
      continue;
    }
    if (seen_[i].codes.empty()) look_at((*references_)[i], size_of, seen_[i]);
    if (look.rows.empty()) look = look_of(lightness);
    Said said = ask(seen_[i], look, codes);
    if (said.score > 0) all.push_back(std::move(said));
  }
  // Of several the best one last: its colour counts most.
  std::ranges::sort(all, {}, &Said::score);
  for (const Said& said : all) take(said.planes);
}

bool ReferenceFollower::follow(const Shot& shot, const cv::Mat& lightness, const References& references,
                               const SizeOf& size_of, double time) {
  bool changed = false, is_new = true, is_due = true;
  if (references != references_ || size_ != lightness.size()) {
    references_ = references;
    size_ = lightness.size();
    changed = !planes_.empty();
    planes_ = Hints();
    seen_.clear();
    const bool has_room = std::min(size_.width, size_.height) >= 2 * Look::cell;
    if (references_ && has_room)
      for (const Reference& reference : *references_)
        seen_.push_back({.thumbnail = thumbnail_of(luma_of(reference.rgb))});
  } else if (!shot.goes_on()) {
    planes_ = Hints();
  } else {
    is_new = is_due = false;
    shown_ = std::min(1.0F, shown_ + 1.0F / frames_of_fade);
    if (!planes_.empty()) move(shot.motion());
  }
  const auto comes_now = [&](const Reference& r) { return r.time && *r.time <= time && *r.time > time_; };
  const std::int64_t wait = planes_.empty() ? frames_before_again : frames_between;
  is_due |= shot.number() - searched_ >= wait || (references_ && std::ranges::any_of(*references_, comes_now));
  time_ = time;
  if (!is_due || seen_.empty()) return changed;
  searched_ = shot.number();
  const bool had = !planes_.empty();
  search(lightness, size_of, time);
  if (!had) shown_ = is_new ? 1.0F : 0.0F;
  return changed || (is_new && !planes_.empty());
}

bool ReferenceFollower::are_of_parts() const {
  return references_ && std::ranges::none_of(*references_, [](const Reference& r) { return r.says.empty(); });
}

Hints ReferenceFollower::planes() const {
  constexpr double least = 0.25;  // less sure than what networks were trained with: they are told nothing
  Hints planes{planes_.ab, planes_.confidence * shown_};
  const cv::Mat is_little = planes.confidence < least;
  for (cv::Mat* plane : {&planes.ab.a, &planes.ab.b, &planes.confidence}) plane->setTo(0, is_little);
  return planes;
}

cv::Mat ReferenceFollower::share() const {
  const auto [least, enough] = are_of_parts() ? std::pair(0.25F, of_likeness) : std::pair(of_likeness, 0.9F);
  cv::Mat share(planes_.confidence.size(), CV_32F);
  for (int y = 0; y < share.rows; ++y) {
    const auto* confidence = planes_.confidence.ptr<float>(y);
    auto* to = share.ptr<float>(y);
    for (int x = 0; x < share.cols; ++x) to[x] = shown_ * smooth_step(least, enough, confidence[x]);
  }
  return share;
}

}  // namespace colorize
