// SPDX-License-Identifier: LGPL-2.1-or-later
#include "shot.h"

#include <utility>

namespace colorize {

void Shot::forget() {
  last_.release();
  cuts_.forget();
}

bool Shot::see(const cv::Mat& lightness, double scene_threshold) {
  ++number_;
  if (last_.size() != lightness.size()) forget();
  lightness.convertTo(now_, CV_8U, 2.55);
  bool cut = false;
  goes_on_ = !last_.empty();
  if (goes_on_) {
    motion_.estimate(last_, now_);
    cut = cuts_(last_, now_, motion_.moved(), scene_threshold);
    goes_on_ = !cut;
  }
  std::swap(last_, now_);
  return cut;
}

}  // namespace colorize
