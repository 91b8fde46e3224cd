// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <opencv2/core.hpp>
#include <optional>
#include <vector>

#include "hints.h"
#include "placedhint.h"
#include "shot.h"

namespace colorize {

/// Keeps hints on the things that they were put on: along the motion of the lightness, through a short time in which
/// the thing is hidden, to the end of the shot.
class HintFollower {
 public:
  /// The a*b* that a frame came with at a place, in pixels of its L*, and so far around it.
  using OwnColour = std::function<std::array<float, 2>(cv::Point2f at, float radius)>;

  /// To be called for each frame that `shot` has seen, with the L* of it (CV_32F) and the size of the picture that
  /// hints are placed on. `time`: of the frame, seconds of the stream; negative where it has none, then all hints are
  /// of this frame. Returns whether some came or were taken away.
  bool follow(const Shot& shot, const cv::Mat& lightness, cv::Size picture, const PlacedHints& hints, double time,
              const OwnColour& own_colour);

  /// Forgets where they are.
  void forget();

  /// The next frame does not follow the last one, but may be of the same shot: frames were lost.
  void miss() { gap_ = true; }

  /// Whether none of a colour has been placed in the shot, or one was just taken away.
  bool lack() const { return !has_placed_ || was_taken_away_; }

  /// Of the frame that was followed last, at the size of its L*.
  const Hints& planes() const { return planes_; }

  /// The scene's cast by what was said to be neutral; `ab` is the colour of the frame that was followed last.
  cv::Vec2f cast(const Ab& ab);

  /// Tint and warmth that the shot is said to have.
  std::optional<cv::Vec2f> scene() const {
    return scene_ ? std::optional(cv::Vec2f(scene_->ab[0], scene_->ab[1])) : std::nullopt;
  }

  /// How many of them are on things that are seen.
  std::ptrdiff_t seen() const { return std::ranges::count(points_, 0, &Point::hidden); }

  /// How far hints reach in that frame, CV_32F for each pixel of its `lightness`: 1 at their places alone, less with
  /// the way from the next one, and much less behind edges. Empty where there are none.
  cv::Mat reach(const cv::Mat& lightness) const;

 private:
  struct Point {
    PlacedHint hint;
    std::array<float, 2> ab{};
    cv::Point2f at;       ///< pixels of the L*
    float radius = 0;     ///< likewise
    cv::Point2f speed{};  ///< pixels a frame, of the last ones in which it was seen
    int followed = 0;     ///< how many these are
    cv::Mat look{};       ///< CV_32F: the L* around it
    int hidden = 0;       ///< frames since it was seen last
  };
  /// What a neutral place showed when it was said to be one.
  struct Cast {
    PlacedHint hint;
    cv::Rect place;
    bool known = false;
    cv::Vec2f ab{};
  };

  static void move(Point& point, const Motion& motion, const cv::Mat& lightness);
  static void look_for(Point& point, const cv::Mat& lightness);
  bool take_list(const PlacedHints& hints);
  void take_scene(const PlacedHint& hint);
  bool place(const PlacedHint& hint, const cv::Mat& lightness, cv::Size picture, const OwnColour& own_colour);

  PlacedHints hints_;
  std::vector<bool> placed_;  // in this shot, of each of them
  std::vector<Point> points_;
  std::vector<Cast> casts_;
  std::optional<PlacedHint> scene_;
  bool has_placed_ = false, was_taken_away_ = false;
  double time_ = -1;  // of the last frame
  bool gap_ = false;  // before the next one
  cv::Size size_;
  Hints planes_;
};

}  // namespace colorize
