// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "frame.h"

/// A way to lay a picture out in memory, as GStreamer's formats of the same names do.
struct Format {
  const char* name;
  colorize::Frame::Layout layout;
  bool half_x = false, half_y = false;  ///< chroma has half the samples
  bool pairs = false;                   ///< Cb and Cr lie side by side in one plane
  int pixel = 1;                        ///< bytes of an RGB pixel
  std::array<int, 3> order{0, 1, 2};    ///< of the planes, or of R, G, B in a pixel
};

using Layout = colorize::Frame::Layout;
inline constexpr Format gray8{"GRAY8", Layout::gray};
inline constexpr Format i420{"I420", Layout::yuv, true, true};
inline constexpr Format yv12{"YV12", Layout::yuv, true, true, false, 1, {0, 2, 1}};
inline constexpr Format nv12{"NV12", Layout::yuv, true, true, true};
inline constexpr Format y42b{"Y42B", Layout::yuv, true};
inline constexpr Format y444{"Y444", Layout::yuv};
inline constexpr Format rgb{"RGB", Layout::rgb, false, false, false, 3};
inline constexpr Format bgr{"BGR", Layout::rgb, false, false, false, 3, {2, 1, 0}};
inline constexpr Format rgbx{"RGBx", Layout::rgb, false, false, false, 4};
inline constexpr Format bgrx{"BGRx", Layout::rgb, false, false, false, 4, {2, 1, 0}};
inline constexpr Format colour_formats[] = {i420, yv12, nv12, y42b, y444, rgb, bgr, rgbx, bgrx};

/// A picture in memory with guards: before and after each plane, at the end of each row, and in the fourth byte of a
/// pixel lie bytes that are no sample and must stay.
class Picture {
 public:
  /// Every sample begins as 128.
  Picture(const Format& format, int width, int height, int padding = 5) : format(format) {
    frame.layout = format.layout;
    frame.width = width, frame.height = height;
    const auto halved = [](int side, bool half) { return half ? (side + 1) / 2 : side; };
    const int cw = halved(width, format.half_x), ch = halved(height, format.half_y);
    struct Plane {
      int bytes, rows;
    };
    std::vector<Plane> planes;
    if (format.layout == Layout::rgb)
      planes = {{width * format.pixel, height}};
    else
      planes = {{width, height}};
    if (format.layout == Layout::yuv && format.pairs) planes.push_back({2 * cw, ch});
    if (format.layout == Layout::yuv && !format.pairs) planes.insert(planes.end(), 2, Plane{cw, ch});

    std::vector<std::size_t> starts;
    std::size_t size = guard;
    for (const auto& plane : planes) {
      starts.push_back(size);
      size += static_cast<std::size_t>(plane.bytes + padding) * plane.rows + guard;
    }
    memory_.resize(size);
    for (std::size_t i = 0; i < size; ++i) memory_[i] = guard_byte(i);
    sample_.assign(size, false);

    const int components = format.layout == Layout::gray ? 1 : 3;
    for (int c = 0; c < components; ++c) {
      auto& component = frame.components[c];
      const bool rgb_pixel = format.layout == Layout::rgb, chroma = !rgb_pixel && c > 0;
      const int plane = rgb_pixel ? 0 : chroma && format.pairs ? 1 : format.order[c];
      const int within = rgb_pixel ? format.order[c] : chroma && format.pairs ? c - 1 : 0;
      component.data = memory_.data() + starts[plane] + within;
      component.stride = planes[plane].bytes + padding;
      component.step = rgb_pixel ? format.pixel : chroma && format.pairs ? 2 : 1;
      component.width = chroma ? cw : width, component.height = chroma ? ch : height;
      for (int y = 0; y < component.height; ++y)
        for (int x = 0; x < component.width; ++x) {
          at(c, x, y) = 128;
          sample_[&at(c, x, y) - memory_.data()] = true;
        }
    }
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  std::uint8_t& at(int component, int x, int y) const {
    const auto& c = frame.components[component];
    return c.row(y)[x * c.step];
  }

  int components() const { return format.layout == Layout::gray ? 1 : 3; }

  /// `code(x, y)` is the luma's, or that of R, G and B alike; the chroma of Y'CbCr stays.
  template <typename Code>
  void paint_gray(const Code& code) {
    for (int y = 0; y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x)
        for (int c = 0; c < (format.layout == Layout::rgb ? 3 : 1); ++c)
          at(c, x, y) = static_cast<std::uint8_t>(code(x, y));
  }

  /// `code(component, x, y)` of every sample.
  template <typename Code>
  void paint(const Code& code) {
    for (int c = 0; c < components(); ++c)
      for (int y = 0; y < frame.components[c].height; ++y)
        for (int x = 0; x < frame.components[c].width; ++x) at(c, x, y) = static_cast<std::uint8_t>(code(c, x, y));
  }

  /// The samples of a component, row by row.
  std::vector<std::uint8_t> samples(int component) const {
    std::vector<std::uint8_t> all;
    for (int y = 0; y < frame.components[component].height; ++y)
      for (int x = 0; x < frame.components[component].width; ++x) all.push_back(at(component, x, y));
    return all;
  }
  std::vector<std::uint8_t> samples() const {
    std::vector<std::uint8_t> all;
    for (int c = 0; c < components(); ++c) {
      const auto some = samples(c);
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }

  /// All bytes that are no sample are as they were.
  bool guards_stand() const {
    for (std::size_t i = 0; i < memory_.size(); ++i)
      if (!sample_[i] && memory_[i] != guard_byte(i)) return false;
    return true;
  }

  const Format format;
  colorize::Frame frame;

 private:
  static constexpr std::size_t guard = 37;  // odd, so that no plane is aligned
  static std::uint8_t guard_byte(std::size_t i) { return static_cast<std::uint8_t>(0xA5 ^ (i * 31)); }

  std::vector<std::uint8_t> memory_;
  std::vector<bool> sample_;
};

/// A cheap hash, for noise that is the same in every run and at every size.
inline int noise(int x, int y, int seed = 0) {
  auto h = static_cast<std::uint32_t>(x) * 374761393U + static_cast<std::uint32_t>(y) * 668265263U +
           static_cast<std::uint32_t>(seed) * 2246822519U;
  h = (h ^ (h >> 13)) * 1274126177U;
  return static_cast<int>((h ^ (h >> 16)) & 255);
}
