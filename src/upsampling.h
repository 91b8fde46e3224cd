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
  std::vector<int> index;       ///< of the coarse sample before it
  std::vector<float> fraction;  ///< of the way from there to the next one

  /// `place(i)` says where fine sample i lies on the picture's extent 0..1; the `coarse` samples lie in the middle of equal
  /// parts of it. Beyond the outermost of them their value stays.
  static Axis make(int fine, int coarse, const std::function<double(int)>& place);
};

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

/// A coarse colour plane with the L* that guides it to finer sizes; all CV_32F of one size.
struct GuidedAb {
  Ab ab;
  cv::Mat lightness;
};

/// Upsamples rows: joint bilateral upsampling (Kopf, Cohen, Lischinski and Uyttendaele 2007) with the bilinear kernel in space
/// and a Cauchy kernel squared in L*. A fine sample takes the colour of those of its four neighbours that are as light as
/// it is; the result is a mean of theirs, so no new colour appears. Where the neighbours are equally light it is bilinear.
class RowUpsampler {
 public:
  static constexpr float lightness_scale = 8;  ///< L* units at which a neighbour's weight is a quarter

  /// Row `fraction` of the way from row `y` of `source` to the next, at the places of `columns`, guided by `lightness`; the
  /// spans have the columns' length. Rows that follow each other share work.
  void operator()(const GuidedAb& source, const Axis& columns, int y, float fraction, std::span<const float> lightness,
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

/// Brings a network's ab to the places of a picture's chroma samples: first to the size of the L* that the network saw, where
/// edges are known best, then from there row by row, so that no full-size plane is made.
class Upsampling {
 public:
  /// Once a frame: `lightness` is what the network saw, `places` the samples that `row` will be asked for, `stripes` the
  /// number of threads that ask. Allocates only when a size is new.
  void set(const Ab& ab, const cv::Mat& lightness, const Places& places, int stripes);

  /// a*b* at row `y` of the places, guided by the L* there. Each stripe is used by one thread at a time.
  void row(int stripe, int y, std::span<const float> lightness, std::span<float> a, std::span<float> b);

 private:
  void refine(const cv::Mat& lightness);

  GuidedAb coarse_, fine_;
  const GuidedAb* source_ = &coarse_;
  cv::Size refined_from_;
  Places places_;
  Axis columns_, rows_, fine_columns_, fine_rows_;
  std::vector<RowUpsampler> stripes_;
};

}  // namespace colorize
