// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <vector>

#include "rowupsampler.h"

namespace colorize {

/// Brings a network's ab to the size of the L* that the network saw, where edges are known best.
class Refinement {
 public:
  /// The result is owned by this and valid until the next call. Allocates only when a size is new.
  const GuidedAb& refine(const Ab& ab, const cv::Mat& lightness);

 private:
  GuidedAb coarse_, fine_;
  cv::Size from_;
  Axis columns_, rows_;
  std::vector<RowUpsampler> stripes_;
};

}  // namespace colorize
