// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ownchroma.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "codes.h"

namespace colorize {

namespace {

/// Some rows of a component as floats.
template <typename Sample>
void read_rows(const Component& component, int apart, cv::Mat& rows) {
  for (int y = 0; y < rows.rows; ++y) {
    const std::uint8_t* in = component.row(y * apart);
    auto* out = rows.ptr<float>(y);
    for (int x = 0; x < rows.cols; ++x) out[x] = load<Sample>(in + x * component.step);
  }
}

}  // namespace

const cv::Mat& OwnChroma::measure(const Frame& frame, cv::Size size) {
  const bool rgb = frame.layout == Frame::Layout::rgb;
  for (int c = rgb ? 0 : 1; c < 3; ++c) {
    const Component& component = frame.components[c];
    const int apart = std::max(1, component.height / (4 * size.height));
    rows_.create((component.height + apart - 1) / apart, component.width, CV_32F);
    frame.depth > 8 ? read_rows<std::uint16_t>(component, apart, rows_)
                    : read_rows<std::uint8_t>(component, apart, rows_);
    cv::resize(rows_, components_[c], size, 0, 0, cv::INTER_AREA);
  }

  auto& [first, second, third] = components_;
  if (rgb) {  // as BT.601 has it; any matrix serves to tell colours from gray
    luma_ = 0.299 * first + 0.587 * second + 0.114 * third;
    const double unit = frame.depth == 8 ? 1 : 257;
    second = (third - luma_) / (1.772 * unit);
    third = (first - luma_) / (1.402 * unit);
  } else {
    const Codes codes(frame.range, frame.depth);
    const double unit = 1 << frame.shift, scale = 255 / (codes.chroma * unit);
    for (int c : {1, 2}) components_[c].convertTo(components_[c], CV_32F, scale, -codes.neutral * unit * scale);
  }
  cv::merge(&components_[1], 2, result_);
  return result_;
}

}  // namespace colorize
