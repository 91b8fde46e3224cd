// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "ab.h"
#include "colourtable.h"
#include "frame.h"
#include "upsampling.h"

namespace colorize {

/// Writes colour into pictures of one layout and size, in place: each sample gets the a*b* of its place at its own luma
/// (Y'CbCr: Y' is not touched) or lightness (RGB), see ColourTable.
class Chroma {
 public:
  /// The colour table is made here when it is not yet there, so that the first frame need not wait.
  explicit Chroma(const Frame& like);

  /// See Upsampling.
  const Ab& refine(const Ab& ab, const cv::Mat& lightness) { return upsampling_.refine(ab, lightness); }

  /// `ab` is the network's, refined or not, `lightness` the L* that it saw. `keep` 0..1 is the share of its own colour
  /// that the picture keeps beside the new one. `frame` must have the layout, the size and the colour space of `like`.
  /// `cover`: CV_8U of the size of the chroma planes, what share each sample gets of that, of 255; empty: all. Where it
  /// is 0 the sample stays as it came, bit by bit.
  void write(const Frame& frame, const Ab& ab, const cv::Mat& lightness, float keep, const cv::Mat& cover = {});

 private:
  struct Rows {
    std::array<std::vector<std::uint8_t>, 3> luma;  // where it does not lie side by side in the picture
    std::vector<float> tone, lightness, a, b, own;
    std::vector<float> kept;  // share of its own colour that each sample keeps
    std::array<std::vector<float>, 3> colour;
    std::array<std::vector<std::uint16_t>, 3> codes;
  };

  template <typename Sample>
  void measure_tones(const Frame& frame, Rows& rows, int y);
  template <typename Sample>
  void find_colours(Rows& rows, int stripe, int y, const std::uint8_t* cover);
  template <typename Sample>
  void write_yuv_row(const Frame& frame, int stripe, int y, float keep, const std::uint8_t* cover);
  template <typename Sample>
  void write_rgb_row(const Frame& frame, int stripe, int y, float keep, const std::uint8_t* cover);

  const ColourTable& table_;
  Upsampling upsampling_;
  std::vector<Rows> stripes_;
};

}  // namespace colorize
