// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tone.h"

#include <cmath>

#include "codes.h"
#include "colour.h"
#include "samples.h"

namespace colorize {

const std::array<float, 257>& lightness_of_tone() {
  static const auto table = [] {
    std::array<float, 257> t{};
    for (int i = 0; i < 257; ++i)
      t[i] = static_cast<float>(colour::lightness(colour::to_linear(std::min(i, 255) / 255.0)));
    return t;
  }();
  return table;
}

ToneOfRgb::ToneOfRgb(Primaries primaries) {
  const colour::Triple w = colour::luminance_weights(primaries);
  for (int i = 0; i < 257; ++i) {
    const double linear = colour::to_linear(std::min(i, 255) / 255.0);
    red_[i] = static_cast<float>(w[0] * linear);
    green_[i] = static_cast<float>(w[1] * linear);
    blue_[i] = static_cast<float>(w[2] * linear);
  }
  for (int i = 0; i <= steps; ++i)
    encoded_[i] = static_cast<float>(std::min(255.0, 255 * colour::from_linear(i / static_cast<double>(steps - 1))));
}

const ToneOfRgb& ToneOfRgb::of(Primaries primaries) {
  static const ToneOfRgb bt709(Primaries::bt709), bt2020(Primaries::bt2020);
  return primaries == Primaries::bt2020 ? bt2020 : bt709;
}

ToneOfLuma ToneOfLuma::of(const Frame& frame) {
  const Codes codes(frame.layout == Frame::Layout::rgb ? Range::full : frame.range, frame.depth);
  const double unit = 1 << frame.shift;
  return {codes.black * unit, codes.white * unit};
}

namespace {

template <typename Sample>
void write_tone(const Frame& frame, cv::Mat& plane) {
  plane.create(frame.height, frame.width, cv::DataType<Sample>::type);
  const ToneOfRgb& tone = ToneOfRgb::of(frame.primaries);
  constexpr float unit = sizeof(Sample) == 1 ? 1 : 257;
  cv::parallel_for_(cv::Range(0, frame.height), [&](const cv::Range& rows) {
    for (int y = rows.start; y < rows.end; ++y) {
      const auto& [r, g, b] = frame.components;
      const std::uint8_t *red = r.row(y), *green = g.row(y), *blue = b.row(y);
      auto* out = plane.ptr<Sample>(y);
      for (int x = 0; x < frame.width; ++x, red += r.step, green += g.step, blue += b.step)
        out[x] = static_cast<Sample>(tone.at<Sample>(red, green, blue) * unit + 0.5F);
    }
  });
}

}  // namespace

cv::Mat tone_plane(const Frame& frame, cv::Mat& buffer) {
  if (frame.layout != Frame::Layout::rgb) {
    const Component& y = frame.components[0];
    const bool bytes = frame.depth == 8;
    const int type = bytes ? CV_8U : CV_16U, size = bytes ? 1 : 2;
    // OpenCV may take what the type promises for granted.
    const bool aligned = bytes || (reinterpret_cast<std::uintptr_t>(y.data) % 2 == 0 && y.stride % 2 == 0);
    if (aligned && y.step == size) return {y.height, y.width, type, y.data, static_cast<std::size_t>(y.stride)};
    buffer.create(y.height, y.width, type);
    for (int row = 0; row < y.height; ++row)
      (bytes ? gather<std::uint8_t> : gather<std::uint16_t>)(y.row(row), y.step, y.width, buffer.ptr(row));
    return buffer;
  }
  frame.depth == 8 ? write_tone<std::uint8_t>(frame, buffer) : write_tone<std::uint16_t>(frame, buffer);
  return buffer;
}

}  // namespace colorize
