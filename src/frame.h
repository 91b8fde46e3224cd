// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace colorize {

/// The luma weights by which R'G'B' became Y'CbCr.
enum class Matrix { bt601, bt709, bt2020 };

/// The red, green and blue that linear light is measured in. BT.601's two sets are so near BT.709's that they are one
/// here.
enum class Primaries { bt709, bt2020 };

/// Limited: Y' 16..235 and Cb, Cr 16..240; full: 0..255; at more than 8 bits see Codes.
enum class Range { limited, full };

static_assert(std::endian::native == std::endian::little,
              "samples of two bytes, and the numbers of .npy files, are read as they lie in memory: low byte first");

/// Samples of 8 bits lie in a byte, of more in two, the low one first, at any address: GStreamer hands on pieces of
/// files as they lie there.
template <typename Sample>
Sample load(const std::uint8_t* at) {
  Sample sample;
  std::memcpy(&sample, at, sizeof sample);
  return sample;
}
template <typename Sample>
void store(Sample sample, std::uint8_t* at) {
  std::memcpy(at, &sample, sizeof sample);
}

/// One component of a picture where it lies in memory, planar or interleaved with others.
struct Component {
  std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;  ///< bytes from a row to the next
  int step = 1;               ///< bytes from a sample to the next
  int width = 0, height = 0;  ///< samples

  std::uint8_t* row(int y) const { return data + y * stride; }
};

/// A view of a picture in memory; owns nothing.
struct Frame {
  enum class Layout { gray, yuv, rgb };

  Layout layout = Layout::gray;
  int width = 0, height = 0;               ///< pixels
  int depth = 8;                           ///< bits of a code, 8..16; of RGB 8 or 16
  int shift = 0;                           ///< bits of zero below a code in its two bytes
  std::array<Component, 3> components;     ///< gray: Y'; yuv: Y', Cb, Cr; rgb: R', G', B'
  Matrix matrix = Matrix::bt709;           ///< yuv only
  Primaries primaries = Primaries::bt709;  ///< sRGB has BT.709's
  Range range = Range::full;               ///< gray and yuv; rgb is full
  bool cosited_x = false;   ///< a chroma sample lies on the left of its two luma samples, not between them
  bool cosited_y = false;   ///< likewise on the upper one
  bool interlaced = false;  ///< two fields woven into one picture: chroma belongs to the lines of its own field
};

}  // namespace colorize
