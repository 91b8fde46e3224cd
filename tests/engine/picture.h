// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
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
  int depth = 8, shift = 0;             ///< bits of a code, and of zero below it
  bool packed = false;                  ///< two of Y', Cb and Cr in four bytes; `order` says where they are

  int bytes() const { return depth > 8 ? 2 : 1; }
  int unit() const { return 1 << (depth - 8); }  ///< codes from one that 8 bits could hold to the next
};

using Layout = colorize::Frame::Layout;
inline constexpr Format gray8{"GRAY8", Layout::gray};
inline constexpr Format gray16{.name = "GRAY16", .layout = Layout::gray, .depth = 16};
inline constexpr Format i420{"I420", Layout::yuv, true, true};
inline constexpr Format yv12{"YV12", Layout::yuv, true, true, false, 1, {0, 2, 1}};
inline constexpr Format nv12{"NV12", Layout::yuv, true, true, true};
inline constexpr Format y42b{"Y42B", Layout::yuv, true};
inline constexpr Format y444{"Y444", Layout::yuv};
inline constexpr Format nv16{"NV16", Layout::yuv, true, false, true};
inline constexpr Format yuy2{"YUY2", Layout::yuv, true, false, false, 1, {0, 1, 3}, 8, 0, true};
inline constexpr Format uyvy{"UYVY", Layout::yuv, true, false, false, 1, {1, 0, 2}, 8, 0, true};
inline constexpr Format rgb{"RGB", Layout::rgb, false, false, false, 3};
inline constexpr Format bgr{"BGR", Layout::rgb, false, false, false, 3, {2, 1, 0}};
inline constexpr Format rgbx{"RGBx", Layout::rgb, false, false, false, 4};
inline constexpr Format bgrx{"BGRx", Layout::rgb, false, false, false, 4, {2, 1, 0}};

/// `format` with more bits.
constexpr Format deep(const char* name, Format format, int depth, int shift = 0) {
  format.name = name, format.depth = depth, format.shift = shift;
  return format;
}
inline constexpr Format i420_10 = deep("I420_10", i420, 10), p010 = deep("P010_10", nv12, 10, 6);
inline constexpr Format i422_10 = deep("I422_10", y42b, 10), y444_10 = deep("Y444_10", y444, 10);
inline constexpr Format i420_12 = deep("I420_12", i420, 12), p012 = deep("P012", nv12, 12, 4);
inline constexpr Format y444_12 = deep("Y444_12", y444, 12), y444_16 = deep("Y444_16", y444, 16);
inline constexpr Format p016 = deep("P016", nv12, 16);

inline constexpr Format colour_formats[] = {i420, yv12,    nv12,    nv16, yuy2,    uyvy,    y42b,
                                            y444, rgb,     bgr,     rgbx, bgrx,    p010,    i420_10,
                                            p012, i422_10, y444_10, p016, i420_12, y444_12, y444_16};

/// A picture in memory with guards: before and after each plane, at the end of each row, and in the fourth byte of a
/// pixel lie bytes that are no sample and must stay.
class Picture {
 public:
  /// Every sample begins as 128 of 8 bits.
  Picture(const Format& format, int width, int height, int padding = 5) : format(format) {
    frame.layout = format.layout;
    frame.width = width, frame.height = height;
    frame.depth = format.depth, frame.shift = format.shift;
    const auto halved = [](int side, bool half) { return half ? (side + 1) / 2 : side; };
    const int cw = halved(width, format.half_x), ch = halved(height, format.half_y);
    struct Plane {
      int bytes, rows;
    };
    std::vector<Plane> planes;
    if (format.layout == Layout::rgb)
      planes = {{width * format.pixel, height}};
    else if (format.packed)
      planes = {{4 * cw, height}};
    else
      planes = {{width * format.bytes(), height}};
    if (format.layout == Layout::yuv && format.pairs) planes.push_back({2 * cw * format.bytes(), ch});
    if (format.layout == Layout::yuv && !format.pairs && !format.packed)
      planes.insert(planes.end(), 2, Plane{cw * format.bytes(), ch});

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
      const int plane = rgb_pixel || format.packed ? 0 : chroma && format.pairs ? 1 : format.order[c];
      const int within = rgb_pixel || format.packed ? format.order[c]
                         : chroma && format.pairs   ? (c - 1) * format.bytes()
                                                    : 0;
      component.data = memory_.data() + starts[plane] + within;
      component.stride = planes[plane].bytes + padding;
      component.step = rgb_pixel                ? format.pixel
                       : format.packed          ? (chroma ? 4 : 2)
                       : chroma && format.pairs ? 2 * format.bytes()
                                                : format.bytes();
      component.width = chroma ? cw : width, component.height = chroma ? ch : height;
      for (int y = 0; y < component.height; ++y)
        for (int x = 0; x < component.width; ++x) {
          set(c, x, y, 128 * format.unit());
          for (int i = 0; i < format.bytes(); ++i) sample_[address(c, x, y) + i - memory_.data()] = true;
        }
    }
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  std::uint8_t* address(int component, int x, int y) const {
    const auto& c = frame.components[component];
    return c.row(y) + x * c.step;
  }

  /// The code of a sample.
  int at(int component, int x, int y) const {
    const std::uint8_t* at = address(component, x, y);
    return format.depth == 8 ? *at : colorize::load<std::uint16_t>(at) >> format.shift;
  }
  void set(int component, int x, int y, int code) {
    std::uint8_t* at = address(component, x, y);
    if (format.depth == 8)
      *at = static_cast<std::uint8_t>(code);
    else
      colorize::store(static_cast<std::uint16_t>(code << format.shift), at);
  }

  int components() const { return format.layout == Layout::gray ? 1 : 3; }

  /// `code(x, y)` is the luma's, or that of R, G and B alike, in codes of 8 bits; the chroma of Y'CbCr stays.
  template <typename Code>
  void paint_gray(const Code& code) {
    for (int y = 0; y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x)
        for (int c = 0; c < (format.layout == Layout::rgb ? 3 : 1); ++c)
          set(c, x, y, static_cast<int>(code(x, y) * format.unit()));
  }

  /// `code(component, x, y)` of every sample, in codes of 8 bits.
  template <typename Code>
  void paint(const Code& code) {
    for (int c = 0; c < components(); ++c)
      for (int y = 0; y < frame.components[c].height; ++y)
        for (int x = 0; x < frame.components[c].width; ++x)
          set(c, x, y, static_cast<int>(code(c, x, y) * format.unit()));
  }

  /// The codes of a component, row by row.
  std::vector<int> samples(int component) const {
    std::vector<int> all;
    for (int y = 0; y < frame.components[component].height; ++y)
      for (int x = 0; x < frame.components[component].width; ++x) all.push_back(at(component, x, y));
    return all;
  }
  std::vector<int> samples() const {
    std::vector<int> all;
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
