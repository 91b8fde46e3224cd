// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hintfollower.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <span>
#include <utility>

#include "due.h"
#include "geodesic.h"

namespace colorize {

namespace {

constexpr float smallest_radius = 3;  // pixels of L*: the smallest dabs that networks are trained with
constexpr int longest_hidden = 50;    // frames
constexpr int enough_for_speed = 3;   // frames, to know how fast a thing moves
// What a hint says counts a third at a way as long as this, along which nothing else changes, or behind such an edge.
constexpr float far_away = 120;    // pixels
constexpr float strong_edge = 20;  // L*
constexpr float longest_way = 10;  // times that

bool is_inside(cv::Point2f at, cv::Size size) {
  return at.x >= 0 && at.y >= 0 && at.x <= static_cast<float>(size.width - 1) &&
         at.y <= static_cast<float>(size.height - 1);
}

/// The L* around a place; beyond the border the border's values stay.
cv::Mat look_at(const cv::Mat& lightness, cv::Point2f at, float radius) {
  const int side = 2 * static_cast<int>(std::ceil(std::clamp(radius, 4.0F, 32.0F))) + 1;
  cv::Mat look;
  cv::getRectSubPix(lightness, {side, side}, at, look);
  return look;
}

std::span<const float> values_of(const cv::Mat& look) { return {look.ptr<float>(), look.total()}; }

double contrast(const cv::Mat& look) {
  const auto values = values_of(look);
  const auto count = static_cast<double>(values.size());
  const double middle = std::reduce(values.begin(), values.end(), 0.0) / count;
  return std::transform_reduce(values.begin(), values.end(), 0.0, std::plus(),
                               [middle](float l) { return std::abs(l - middle); }) /
         count;
}

/// How much the L* of two looks of one size differ, in the mean.
double difference(const cv::Mat& look, const cv::Mat& now) {
  const auto one = values_of(look), other = values_of(now);
  const double sum = std::transform_reduce(one.begin(), one.end(), other.begin(), 0.0, std::plus(),
                                           [](float l, float m) { return std::abs(m - l); });
  return sum / static_cast<double>(one.size());
}

/// Whether both are of one thing: the same but for what a turn, some light or a small fault of the motion does. To take
/// the light away first would make one of a thing and what hides it.
bool is_alike(const cv::Mat& look, const cv::Mat& now) { return difference(look, now) < 4 + 0.4 * contrast(look); }

/// Whether the motion back leads to where it came from, and the middle is as light as it was: a thing that turns looks
/// otherwise all around.
bool has_come_from(cv::Point2f from, cv::Point2f to, const Motion& motion, const cv::Mat& look, const cv::Mat& now) {
  const auto back = motion.origin().at<cv::Vec2f>(cvRound(to.y), cvRound(to.x));
  const cv::Point2f rounded(static_cast<float>(cvRound(to.x)) - to.x, static_cast<float>(cvRound(to.y)) - to.y);
  if (cv::norm(cv::Point2f(back) - rounded - from) > 1) return false;
  const int third = look.cols / 3;
  const cv::Rect middle(third, third, look.cols - 2 * third, look.rows - 2 * third);
  return std::abs(cv::mean(now(middle))[0] - cv::mean(look(middle))[0]) < 8;
}

void draw(cv::Point2f at, float radius, std::array<float, 2> ab, Hints& planes) {
  const int left = std::max(0, cvFloor(at.x - radius)), top = std::max(0, cvFloor(at.y - radius));
  const int right = std::min(planes.confidence.cols - 1, cvCeil(at.x + radius));
  const int bottom = std::min(planes.confidence.rows - 1, cvCeil(at.y + radius));
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) {
      if (std::hypot(static_cast<float>(x) - at.x, static_cast<float>(y) - at.y) > radius) continue;
      planes.ab.a.at<float>(y, x) = ab[0];
      planes.ab.b.at<float>(y, x) = ab[1];
      planes.confidence.at<float>(y, x) = 1;
    }
}

void clear(cv::Size size, Hints& planes) {
  for (cv::Mat* plane : {&planes.ab.a, &planes.ab.b, &planes.confidence}) {
    plane->create(size, CV_32F);
    *plane = 0.0;
  }
}

bool is_colour(const PlacedHint& hint) {
  return hint.kind == PlacedHint::Kind::colour || hint.kind == PlacedHint::Kind::source;
}

}  // namespace

void HintFollower::forget() { *this = HintFollower(); }

void HintFollower::move(Point& point, const Motion& motion, const cv::Mat& lightness) {
  const cv::Mat& forth = motion.forth();
  const cv::Point2f expected = point.at + point.speed;
  if (point.hidden == 0) {  // by the motion of what it lies on
    const int reach = std::max(1, static_cast<int>(point.radius / 2));
    const cv::Rect around =
        cv::Rect(cvRound(point.at.x) - reach, cvRound(point.at.y) - reach, 2 * reach + 1, 2 * reach + 1) &
        cv::Rect({}, forth.size());
    const cv::Scalar mean = cv::mean(forth(around));
    const cv::Point2f speed(static_cast<float>(mean[0]), static_cast<float>(mean[1]));
    // Where the motion is the other's, as at the edge of what will hide it, it looks more like itself where it ought to
    // be.
    const auto unlike = [&](cv::Point2f at) { return difference(point.look, look_at(lightness, at, point.radius)); };
    const cv::Point2f moved = point.at + speed;
    const bool is_led_away = point.followed >= enough_for_speed && cv::norm(speed - point.speed) > 1 &&
                             is_inside(moved, lightness.size()) && is_inside(expected, lightness.size()) &&
                             unlike(expected) < unlike(moved) + 1;
    const cv::Point2f to = is_led_away ? expected : moved;
    const cv::Mat now = is_inside(to, lightness.size()) ? look_at(lightness, to, point.radius) : cv::Mat();
    if (!now.empty() && (is_alike(point.look, now) || ((point.followed == 0 || cv::norm(speed - point.speed) < 2) &&
                                                       has_come_from(point.at, to, motion, point.look, now)))) {
      point.at = to;
      if (!is_led_away)
        point.speed += std::max(0.2F, 1.0F / static_cast<float>(++point.followed)) * (speed - point.speed);
      cv::addWeighted(point.look, 0.9, now, 0.1, 0, point.look);  // it may turn, and the light may change
      return;
    }
  }
  point.at = expected;
  point.speed *= 0.9F;
  look_for(point, lightness);
}

/// Where its thing is seen again near the place where it ought to be, a point is there.
void HintFollower::look_for(Point& point, const cv::Mat& lightness) {
  ++point.hidden;
  if (!is_inside(point.at, lightness.size())) return;
  if (contrast(point.look) < 3) {  // it looks like many a place: only where it ought to be it is known again
    if (is_alike(point.look, look_at(lightness, point.at, point.radius))) point.hidden = 0;
    return;
  }
  const bool far = point.hidden <= 8 || point.hidden % 4 == 0;  // to look everywhere each time would take too long
  const int reach = far ? 6 + point.hidden : 1;
  const int margin = point.look.cols / 2;
  const cv::Rect window = cv::Rect(cvRound(point.at.x) - reach - margin, cvRound(point.at.y) - reach - margin,
                                   2 * (reach + margin) + 1, 2 * (reach + margin) + 1) &
                          cv::Rect({}, lightness.size());
  if (window.width < point.look.cols || window.height < point.look.rows) return;
  cv::Mat likeness;
  cv::matchTemplate(lightness(window), point.look, likeness, cv::TM_CCOEFF_NORMED);
  double best = 0;
  cv::Point where;
  cv::minMaxLoc(likeness, nullptr, &best, nullptr, &where);
  const cv::Point2f found(static_cast<float>(window.x + where.x + margin),
                          static_cast<float>(window.y + where.y + margin));
  if (best < 0.85 || !is_alike(point.look, look_at(lightness, found, point.radius))) return;
  point.at = found;
  point.hidden = 0;
}

/// What is said of this very scene stands over what is said of all.
void HintFollower::take_scene(const PlacedHint& hint) {
  if (!scene_ || !scene_->time || hint.time) scene_ = hint;
}

bool HintFollower::place(const PlacedHint& hint, const cv::Mat& lightness, cv::Size picture,
                         const OwnColour& own_colour) {
  if (hint.kind == PlacedHint::Kind::scene) {
    take_scene(hint);
    return false;
  }
  const double across = static_cast<double>(lightness.cols) / picture.width;
  const double down = static_cast<double>(lightness.rows) / picture.height;
  const cv::Point2f at(static_cast<float>(hint.x.of(picture.width) * across - 0.5),
                       static_cast<float>(hint.y.of(picture.height) * down - 0.5));
  const double largest = std::max(lightness.cols, lightness.rows);
  const auto radius = static_cast<float>(std::clamp<double>(hint.radius.of(picture.width) * across, smallest_radius,
                                                            std::max<double>(smallest_radius, largest)));
  if (!is_inside(at, lightness.size())) return false;
  if (!is_colour(hint)) {
    const int r = static_cast<int>(radius);
    casts_.push_back({.hint = hint,
                      .place = cv::Rect(cvRound(at.x) - r, cvRound(at.y) - r, 2 * r + 1, 2 * r + 1) &
                               cv::Rect({}, lightness.size())});
    return false;
  }
  const bool is_own = hint.kind == PlacedHint::Kind::source;
  points_.push_back({.hint = hint,
                     .ab = is_own ? own_colour(at, radius) : hint.ab,
                     .at = at,
                     .radius = radius,
                     .look = look_at(lightness, at, radius)});
  has_placed_ = true;
  return true;
}

/// What the new list has of the old one stays where it is. Returns whether something that was placed in this shot was
/// taken away.
bool HintFollower::take_list(const PlacedHints& hints) {
  const auto is_taken_away = [&](const auto& has) { return !hints || std::ranges::count(*hints, has.hint) == 0; };
  bool changed = false;
  for (std::size_t i = 0; i < placed_.size(); ++i)
    if (placed_[i] && is_colour((*hints_)[i]) && (!hints || std::ranges::count(*hints, (*hints_)[i]) == 0))
      changed = true;
  std::erase_if(points_, is_taken_away);
  std::erase_if(casts_, is_taken_away);
  std::vector<bool> placed(hints ? hints->size() : 0);
  has_placed_ = false;
  for (std::size_t i = 0; i < placed.size() && hints_; ++i) {
    const auto known = std::ranges::find(*hints_, (*hints)[i]);
    placed[i] = known != hints_->end() && placed_[static_cast<std::size_t>(known - hints_->begin())];
    has_placed_ |= placed[i] && is_colour(*known);
  }
  scene_.reset();
  for (std::size_t i = 0; i < placed.size(); ++i)
    if (const PlacedHint& hint = (*hints)[i]; placed[i] && hint.kind == PlacedHint::Kind::scene) take_scene(hint);
  placed_ = std::move(placed);
  hints_ = hints;
  return changed;
}

bool HintFollower::follow(const Shot& shot, const cv::Mat& lightness, cv::Size picture, const PlacedHints& hints,
                          double time, const OwnColour& own_colour) {
  bool changed = false;
  const bool after_gap = std::exchange(gap_, false) && size_ == lightness.size();
  if (!shot.goes_on() && after_gap) {
    for (Point& point : points_) look_for(point, lightness);
    changed = !points_.empty();
  } else if (!shot.goes_on() || size_ != lightness.size()) {
    changed = !points_.empty();
    points_.clear();
    casts_.clear();
    scene_.reset();
    has_placed_ = false;
    placed_.assign(placed_.size(), false);
    size_ = lightness.size();
  } else {
    for (Point& point : points_) move(point, shot.motion(), lightness);
    std::erase_if(points_, [](const Point& p) { return p.hidden > longest_hidden; });
  }
  was_taken_away_ = hints != hints_ && take_list(hints);
  changed |= was_taken_away_;
  for (std::size_t i = 0; i < placed_.size(); ++i) {
    if (placed_[i] || !is_due((*hints)[i].time, time, time_)) continue;
    placed_[i] = true;
    changed |= place((*hints)[i], lightness, picture, own_colour);
  }
  time_ = time;
  if (points_.empty()) {
    planes_ = Hints();
    return changed;
  }
  clear(size_, planes_);
  for (const Point& point : points_)
    if (point.hidden == 0) draw(point.at, point.radius, point.ab, planes_);
  return changed;
}

cv::Mat HintFollower::reach(const cv::Mat& lightness) const {
  if (planes_.empty()) return {};
  cv::Mat way(size_, CV_32F, cv::Scalar(longest_way));
  way.setTo(0, planes_.confidence > 0);
  shorten_ways(way, lightness, far_away, strong_edge);
  cv::multiply(way, way, way, -1);
  cv::exp(way, way);
  way.setTo(1, planes_.confidence > 0);  // exactly
  return way;
}

cv::Vec2f HintFollower::cast(const Ab& ab) {
  cv::Vec2f sum;
  for (Cast& cast : casts_) {
    if (!cast.known) {
      cast.ab = {static_cast<float>(cv::mean(ab.a(cast.place))[0]), static_cast<float>(cv::mean(ab.b(cast.place))[0])};
      cast.known = true;
    }
    sum += cast.ab / static_cast<float>(casts_.size());
  }
  return sum;
}

}  // namespace colorize
