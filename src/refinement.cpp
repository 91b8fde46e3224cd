// SPDX-License-Identifier: LGPL-2.1-or-later
#include "refinement.h"

#include <algorithm>

#include "parallel.h"

namespace colorize {

const GuidedAb& Refinement::refine(const Ab& ab, const cv::Mat& lightness) {
  const cv::Size size = lightness.size(), from = ab.size();
  coarse_.share(ab, lightness);
  if (fine_.ab.size() != size || from_ != from) {
    from_ = from;
    columns_ = Axis::make(size.width, from.width, [&](int i) { return (i + 0.5) / size.width; });
    rows_ = Axis::make(size.height, from.height, [&](int i) { return (i + 0.5) / size.height; });
  }
  fine_.lightness = lightness;
  fine_.ab.a.create(size, CV_32F);
  fine_.ab.b.create(size, CV_32F);
  stripes_.resize(static_cast<std::size_t>(std::min(cv::getNumThreads(), size.height)));
  for (auto& stripe : stripes_) stripe.restart();
  const auto row = [width = static_cast<std::size_t>(size.width)](cv::Mat& plane, int y) {
    return std::span(plane.ptr<float>(y), width);
  };
  parallel_rows(size.height, static_cast<int>(stripes_.size()), [&](int stripe, int begin, int end) {
    for (int y = begin; y < end; ++y)
      stripes_[stripe].upsample(coarse_, columns_, rows_.index[y], rows_.fraction[y], row(fine_.lightness, y),
                                row(fine_.ab.a, y), row(fine_.ab.b, y));
  });
  return fine_;
}

}  // namespace colorize
