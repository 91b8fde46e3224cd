// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "refinement.h"
#include "rowupsampler.h"

namespace colorize {

/// Where the samples of a plane lie on the picture, whose extent is 0..1 each way.
struct Places {
  int width = 0, height = 0;
  double x = 0, y = 0;            ///< of the first sample
  double step_x = 0, step_y = 0;  ///< to the next one
  bool woven = false;             ///< rows alternate between two fields: rows 0, 2, 4 ... lie 2 steps apart, and so do
  double field_y = 0;             ///< rows 1, 3, 5 ..., which begin at this y

  double row_y(int row) const { return woven ? (row % 2 ? field_y : y) + row / 2 * 2 * step_y : y + row * step_y; }
  bool operator==(const Places&) const = default;
};

/// Brings a network's ab to the places of a picture's chroma samples: refined first where that helps, then row by row,
/// so that no full-size plane is made.
class Upsampling {
 public:
  /// `ab` at the size of the `lightness` that the network saw, owned by this and valid until the next call of this or
  /// of `prepare`.
  const Ab& refine(const Ab& ab, const cv::Mat& lightness) { return refinement_.refine(ab, lightness).ab; }

  /// Once a frame: `lightness` is what the network saw, `places` the samples that `upsample_row` will be asked for,
  /// `stripes` the number of threads that ask. `ab` must stay as it is until they have. Allocates only when a size is
  /// new.
  void prepare(const Ab& ab, const cv::Mat& lightness, const Places& places, int stripes);

  /// a*b* at row `y` of the places, guided by the L* there. Each stripe is used by one thread at a time.
  void upsample_row(int stripe, int y, std::span<const float> lightness, std::span<float> a, std::span<float> b);

 private:
  GuidedAb coarse_;
  Refinement refinement_;
  const GuidedAb* source_ = &coarse_;
  cv::Size source_size_;
  Places places_;
  Axis columns_, rows_;
  std::vector<RowUpsampler> stripes_;
};

}  // namespace colorize
