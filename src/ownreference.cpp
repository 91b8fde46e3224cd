// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ownreference.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "along.h"

namespace colorize {

namespace {

/// So many frames make a colour: the share of a new answer falls by their number up to it, by its square from there on.
constexpr float frames_to_settle = 50;

constexpr float unlike_codes = 16;    // levels of lightness between things that differ, as Motion's trust has it
constexpr float unlike_answers = 10;  // a*b* units between what the network says of things that differ
constexpr float unlike_things = 20;
constexpr float unlike_known = 25;  // a*b* units at which what it says is too far from what is known

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
  // A few answers at the beginning of a shot that differ much would flicker; and it is not to hold a colour for ever.
  const auto least = static_cast<float>(std::pow(1 - stability, 6));
  const float most = std::max(least, static_cast<float>(std::pow(0.036, stability)));
  const auto frames = static_cast<float>(std::max(since_, 1));  // that the answer is for
  for (int y = 0; y < size.height; ++y) {
    const auto *new_a = said.a.ptr<float>(y), *new_b = said.b.ptr<float>(y);
    const auto *last_a = said_.a.ptr<float>(y), *last_b = said_.b.ptr<float>(y);
    const auto *trusted = trust_.ptr<float>(y), *like = like_.ptr<float>(y);
    const float* weights = weight.empty() ? nullptr : weight.ptr<float>(y);
    auto *a = known.a.ptr<float>(y), *b = known.b.ptr<float>(y), *count = count_.ptr<float>(y);
    for (int x = 0; x < size.width; ++x) {
      const float from_a = a[x] - new_a[x], from_b = b[x] - new_b[x];
      const float since_a = last_a[x] - new_a[x], since_b = last_b[x] - new_b[x];
      const float alike = like[x] *
                          certain((since_a * since_a + since_b * since_b) / (unlike_answers * unlike_answers)) *
                          certain((from_a * from_a + from_b * from_b) / (unlike_known * unlike_known));
      const float flipped = certain((since_a * since_a + since_b * since_b) / (unlike_things * unlike_things));
      const float same = std::max(trusted[x] * flipped, alike), counts = weights ? weights[x] : 1.0F,
                  of = count[x] * same;
      const float settled = frames / (of + frames) * frames_to_settle / (of + frames_to_settle);
      const float share = std::min(std::max(settled, least), most);
      const float kept = 1 - counts * (1 - same * (1 - share));
      a[x] = new_a[x] + from_a * kept;
      b[x] = new_b[x] + from_b * kept;
      count[x] = of + counts * frames;
    }
  }
  said_ = said;
  since_ = 0;
}

}  // namespace colorize
