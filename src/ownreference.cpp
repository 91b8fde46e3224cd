// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ownreference.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "along.h"
#include "settling.h"

namespace colorize {

namespace {

constexpr float frames_to_settle = 50, never = 1e9F;
constexpr double frames_of_mean = 75;  // of a plain one: what is longer ago counts less
constexpr float unlike_codes = 16;     // levels of lightness between things that differ, as Motion's trust has it

float certain(float doubt) { return std::min(std::max(2 - doubt, 0.0F), 1.0F); }

/// How like its origin each place of the frame looks; 0 for what was not in view.
void compare(const Shot& shot, cv::Mat& like) {
  const cv::Mat &was = shot.motion().was(), &is = shot.codes(), &origin = shot.motion().origin();
  const auto right = static_cast<float>(is.cols - 1), bottom = static_cast<float>(is.rows - 1);
  like.create(is.size(), CV_32F);
  for (int y = 0; y < is.rows; ++y) {
    const auto *before = was.ptr(y), *now = is.ptr(y);
    const auto* from = origin.ptr<float>(y);
    auto* to = like.ptr<float>(y);
    for (int x = 0; x < is.cols; ++x) {
      const float at_x = from[2 * x], at_y = from[2 * x + 1];
      const bool inside = (at_x >= 0) & (at_y >= 0) & (at_x <= right) & (at_y <= bottom);
      const float same = certain(static_cast<float>(std::abs(before[x] - now[x])) / unlike_codes);
      to[x] = inside ? same : 0.0F;
    }
  }
}

void move(cv::Mat& plane, const cv::Mat& origin, cv::Mat& moved) {
  move_along(plane, origin, moved);
  std::swap(plane, moved);
}

}  // namespace

void OwnReference::forget() {
  count_.release();
  said_ = Ab();
}

void OwnReference::follow(const Shot& shot) {
  if (empty()) return;
  const cv::Mat& origin = shot.motion().origin();
  move(count_, origin, moved_count_);
  move(said_.a, origin, moved_a_);
  move(said_.b, origin, moved_b_);
  if (++since_ == 1) {
    shot.motion().trust().copyTo(trust_);
    compare(shot, like_);
    return;
  }
  move(trust_, origin, moved_trust_);
  cv::min(trust_, shot.motion().trust(), trust_);
  move(like_, origin, moved_like_);
  compare(shot, moved_like_);
  cv::min(like_, moved_like_, like_);
}

void OwnReference::settle(const Ab& said, const cv::Mat& weight, double stability, Ab& known) {
  const cv::Size size = said.size();
  if (empty()) {
    count_.create(size, CV_32F);
    count_ = 0.0;
    said_ = said;
    since_ = 0;
  }
  if (since_ == 0)
    for (cv::Mat* plane : {&trust_, &like_}) {
      plane->create(size, CV_32F);
      *plane = 1.0;
    }
  const auto frames = static_cast<float>(std::max(since_, 1));
  AnswerInPlace answer{said, said_, trust_, like_, weight, frames, 0, 1, never};
  if (mean_ == Mean::settling) {
    // A few answers at the beginning of a shot that differ much would flicker, and the more seldom they come, the more
    // is seen of each; and it is not to hold a colour for ever.
    answer.least = static_cast<float>(std::pow(1 - stability, 6));
    answer.most = std::max(answer.least, static_cast<float>(0.5 * std::pow(0.036, stability)) / std::sqrt(frames));
    answer.settled = frames_to_settle;
  }
  colorize::settle(answer, known, count_);
  if (mean_ == Mean::plain) cv::min(count_, frames_of_mean, count_);
  said_ = said;
  since_ = 0;
}

}  // namespace colorize
