// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "along.h"

namespace colorize {

namespace {

/// The share, 0..1, of the difference between what is known and what is said that goes in a frame. Small differences
/// are the network's noise and count less: a colour that is nearly right holds still, a wrong one goes soon.
class Change {
 public:
  /// Each step of stability makes the share of what is new smaller by the same factor.
  explicit Change(double stability)
      : most_(static_cast<float>(std::pow(0.036, stability))), noise_(static_cast<float>(12 * stability)) {}

  /// `far`: the difference squared.
  float operator()(float far) const { return far > 0 ? most_ * far / (far + noise_ * noise_) : most_; }

 private:
  float most_, noise_;
};

/// `known` becomes `said` and that share of the difference that `kept(trust, difference squared, held)` says, where
/// `said` counts. `held`: how far what is known was trusted since the last answer; wholly where that is empty.
template <typename Kept>
void mix(const Ab& said, const cv::Mat& trust, const cv::Mat& counts, const cv::Mat& held, Ab& known,
         const Kept& kept) {
  for (int y = 0; y < said.a.rows; ++y) {
    const auto* trusted = trust.ptr<float>(y);
    const float* counted = counts.empty() ? nullptr : counts.ptr<float>(y);
    const float* is_held = held.empty() ? nullptr : held.ptr<float>(y);
    const auto *new_a = said.a.ptr<float>(y), *new_b = said.b.ptr<float>(y);
    auto *a = known.a.ptr<float>(y), *b = known.b.ptr<float>(y);
    for (int x = 0; x < said.a.cols; ++x) {
      const float from_a = a[x] - new_a[x], from_b = b[x] - new_b[x];
      const float held_here = is_held ? is_held[x] : 1;
      const float of_known = kept(trusted[x], from_a * from_a + from_b * from_b, held_here);
      const float share = counted ? 1 - std::max(counted[x], 1 - held_here) * (1 - of_known) : of_known;
      a[x] = new_a[x] + from_a * share;
      b[x] = new_b[x] + from_b * share;
    }
  }
}

void move_planes(const Ab& ab, const cv::Mat& origin, Ab& result) {
  move_along(ab.a, origin, result.a);
  move_along(ab.b, origin, result.b);
}

}  // namespace

void Memory::Way::follow(const Motion& motion) {
  if (!std::exchange(moved, true)) {
    motion.origin().copyTo(origin);
    motion.trust().copyTo(trust);
    return;
  }
  move_along(origin, motion.origin(), moved_origin_);
  move_along(trust, motion.origin(), moved_trust_);
  cv::min(moved_trust_, motion.trust(), trust);
  std::swap(origin, moved_origin_);
}

void Memory::forget() {
  begin_anew();
  number_ = 0;
  awaited_ = Way();
}

void Memory::begin_anew() {
  ab_ = Ab();
  held_.release();
  reference_.forget();
}

void Memory::follow(const Shot& shot) {
  if (!shot.goes_on()) forget();
  number_ = shot.number();
  if (!shot.goes_on()) return;
  trust_ = shot.motion().trust();
  if (!empty()) {
    move_planes(ab_, shot.motion().origin(), moved_);
    std::swap(ab_, moved_);
    if (!held_.empty()) {
      move_along(held_, shot.motion().origin(), moved_held_);
      std::swap(held_, moved_held_);
    }
    reference_.follow(shot);
  }
  if (awaited_.number != 0) awaited_.follow(shot.motion());
}

void Memory::fade() {
  if (empty() || trust_.empty()) return;
  constexpr float enough = 0.25F;      // of trust, for all to stay
  constexpr float least_kept = 0.85F;  // in a frame: what moves loses some trust all the time
  if (held_.empty()) {
    held_.create(trust_.size(), CV_32F);
    held_ = 1.0;
  }
  for (int y = 0; y < trust_.rows; ++y) {
    const auto* trust = trust_.ptr<float>(y);
    auto *a = ab_.a.ptr<float>(y), *b = ab_.b.ptr<float>(y), *held = held_.ptr<float>(y);
    for (int x = 0; x < trust_.cols; ++x) {
      const float sure = std::min(1.0F, trust[x] / enough);
      const float kept = least_kept + (1 - least_kept) * sure;
      a[x] *= kept;
      b[x] *= kept;
      held[x] *= sure;
    }
  }
}

void Memory::await() {
  awaited_.number = number_;
  awaited_.moved = false;
}

bool Memory::take(const Ab& said, std::int64_t number, double stability, bool own_reference, const cv::Mat& counts) {
  const bool late = number != number_;
  if (number == 0 || (late && number != awaited_.number)) return false;
  const Change change(stability);
  const bool settles = own_reference && stability > 0;
  if (!settles) reference_.forget();
  if (late) move_planes(said, awaited_.origin, moved_);
  if (late && !counts.empty()) move_along(counts, awaited_.origin, moved_counts_);
  const Ab& here = late ? moved_ : said;
  const cv::Mat& counts_here = late && !counts.empty() ? moved_counts_ : counts;
  if (empty() || (!late && stability == 0 && counts.empty()))
    ab_ = here;
  else if (!settles && late)  // where it cannot be told what has become of its things, the answer says nothing
    mix(here, awaited_.trust, counts_here, held_, ab_,
        [&](float trust, float far, float held) { return 1 - trust * (change(far) + (1 - held) * (1 - change(far))); });
  else if (!settles)
    mix(here, trust_, counts_here, held_, ab_,
        [&](float trust, float far, float held) { return trust * held * (1 - change(far)); });
  if (settles) reference_.settle(here, late ? awaited_.trust : cv::Mat(), stability, ab_);
  if (late && !held_.empty())  // what the answer knows nothing of waits for the next one
    held_ = cv::max(held_, awaited_.trust);
  else
    held_.release();
  if (number == awaited_.number) awaited_.number = 0;
  return true;
}

}  // namespace colorize
