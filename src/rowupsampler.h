// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

#include "ab.h"

namespace colorize {

/// Where the samples of a fine axis lie between those of a coarse one.
struct Axis {
  /// Fine samples that lie between the same coarse ones.
  struct Run {
    int first, index;
  };

  std::vector<int> index;       ///< of the coarse sample before it
  std::vector<float> fraction;  ///< of the way from there to the next one
  std::vector<Run> runs;

  /// `place(i)` says where fine sample i lies on the picture's extent 0..1; the `coarse` samples lie in the middle of
  /// equal parts of it. Beyond the outermost of them their value stays.
  static Axis make(int fine, int coarse, const std::function<double(int)>& place);
};

/// A coarse colour plane with the L* that guides it to finer sizes; all CV_32F of one size.
struct GuidedAb {
  Ab ab;
  cv::Mat lightness;

  /// `planes`, which stay shared, with the mean of a finer `lightness` over each of their samples.
  void share(const Ab& planes, const cv::Mat& finer);
};

/// Upsamples rows: joint bilateral upsampling (Kopf, Cohen, Lischinski and Uyttendaele 2007) with the bilinear kernel
/// in space and a Cauchy kernel squared in L*. A fine sample takes the colour of those of its four neighbours that are
/// as light as it is; the result is a mean of theirs, so no new colour appears. Where the neighbours are equally light
/// it is bilinear.
class RowUpsampler {
 public:
  static constexpr float lightness_scale = 8;  ///< L* units at which a neighbour's weight is a quarter

  /// Row `fraction` of the way from row `y` of `source` to the next, at the places of `columns`, guided by `lightness`;
  /// the spans have the columns' length. Rows that follow each other share work.
  void upsample(const GuidedAb& source, const Axis& columns, int y, float fraction, std::span<const float> lightness,
                std::span<float> a, std::span<float> b);

  /// To be called before the first row of another source.
  void restart() { above_.y = below_.y = -1; }

 private:
  /// A coarse row laid out for the fine columns: what is left and right of each.
  struct Spread {
    int y = -1;
    std::vector<float> lightness_left, lightness_right, a_left, a_right, b_left, b_right;

    void set(const GuidedAb& source, const Axis& columns, int row);
  };
  Spread above_, below_;
};

}  // namespace colorize
