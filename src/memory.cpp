// SPDX-License-Identifier: LGPL-2.1-or-later
#include "memory.h"

#include <cmath>
#include <utility>

namespace colorize {

void Memory::forget() {
  last_.release();
  ab_.a.release(), ab_.b.release();
  cuts_.forget();
}

bool Memory::see(const cv::Mat& lightness, double scene_threshold) {
  if (last_.size() != lightness.size()) forget();
  lightness.convertTo(now_, CV_8U, 2.55);
  bool cut = false;
  if (!last_.empty()) {
    motion_.estimate(last_, now_);
    cut = cuts_(last_, now_, motion_.moved(), scene_threshold);
    if (cut) {
      forget();
    } else if (!empty()) {
      move_along(ab_.a, motion_.origin(), moved_.a);
      move_along(ab_.b, motion_.origin(), moved_.b);
      std::swap(ab_, moved_);
    }
  }
  std::swap(last_, now_);
  return cut;
}

void Memory::blend(Ab& ab, double stability) {
  if (!empty() && stability > 0) {
    // Each step of stability makes the share of what is new smaller by the same factor. Small differences are the
    // network's noise and count less: a colour that is nearly right holds still, a wrong one goes soon.
    const auto most = static_cast<float>(std::pow(0.036, stability)), noise = static_cast<float>(12 * stability);
    for (int y = 0; y < ab.a.rows; ++y) {
      const auto* trust = motion_.trust().ptr<float>(y);
      const auto *old_a = ab_.a.ptr<float>(y), *old_b = ab_.b.ptr<float>(y);
      auto *a = ab.a.ptr<float>(y), *b = ab.b.ptr<float>(y);
      for (int x = 0; x < ab.a.cols; ++x) {
        const float from_a = old_a[x] - a[x], from_b = old_b[x] - b[x], far = from_a * from_a + from_b * from_b;
        const float kept = trust[x] * (1 - most * far / (far + noise * noise));
        a[x] += from_a * kept;
        b[x] += from_b * kept;
      }
    }
  }
  ab.a.copyTo(ab_.a), ab.b.copyTo(ab_.b);
}

}  // namespace colorize
