// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "frame.h"
#include "shares.h"

namespace colorize {

/// The L* of a picture at a network's size.
class Lightness {
 public:
  /// CV_32F, L* 0..100, owned by this and valid until the next call: of a gray or Y'CbCr picture that of its Y', of an
  /// RGB picture that of the gray as light. Shrunk by the area's mean, enlarged linearly. Allocates only when a size is
  /// new.
  const cv::Mat& measure(const Frame& frame, cv::Size size);

 private:
  /// What a thread needs for a row.
  struct Rows {
    std::vector<std::int16_t> mean;                    // of rows of the picture, as their samples lie
    std::array<std::vector<std::int16_t>, 4> samples;  // of a component, where it does not lie alone
    std::vector<std::int32_t> sums;
    std::array<std::vector<float>, 3> tones;
  };

  void measure_row(const Frame& frame, Rows& rows, int y);

  Shares down_, across_;
  std::vector<Rows> stripes_;
  cv::Mat full_, small_;
};

}  // namespace colorize
