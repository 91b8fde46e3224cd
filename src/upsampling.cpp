// SPDX-License-Identifier: LGPL-2.1-or-later
#include "upsampling.h"

namespace colorize {

void Upsampling::prepare(const Ab& ab, const cv::Mat& lightness, const Places& places, int stripes) {
  // A picture that is no finer than the network's output is not served by a detour over a finer plane.
  const bool finer =
      ab.size() != lightness.size() && (places.width > ab.size().width || places.height > ab.size().height);
  if (!finer) coarse_.share(ab, lightness);
  source_ = finer ? &refinement_.refine(ab, lightness) : &coarse_;
  const cv::Size size = source_->ab.size();
  if (places != places_ || size != source_size_) {
    places_ = places;
    source_size_ = size;
    columns_ = Axis::make(places.width, size.width, [&](int i) { return places.x + i * places.step_x; });
    rows_ = Axis::make(places.height, size.height, [&](int i) { return places.row_y(i); });
  }
  stripes_.resize(static_cast<std::size_t>(stripes));
  for (auto& stripe : stripes_) stripe.restart();
}

void Upsampling::upsample_row(int stripe, int y, std::span<const float> lightness, std::span<float> a,
                              std::span<float> b) {
  stripes_[stripe].upsample(*source_, columns_, rows_.index[y], rows_.fraction[y], lightness, a, b);
}

}  // namespace colorize
