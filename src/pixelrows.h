// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace colorize {

/// What is done to every sample of a row, in vector code for the processor at hand. Each sample comes out by the same
/// sums in the same order however many are done at once, so that every processor gives the same bits.

/// What lies left and right of each fine sample in a coarse row; L* in the upsampler's unit.
struct Sides {
  const float *lightness_left, *lightness_right, *a_left, *a_right, *b_left, *b_right;
};

/// The mean of the four neighbours, which counts those more that are as light, see RowUpsampler. `across` and `down`:
/// of the way from left to right and from above to below; `a` and `b` are as long as `lightness`, which is divided by
/// `unit`.
void blend(const Sides& above, const Sides& below, const float* across, float down, float unit,
           std::span<const float> lightness, float* a, float* b);

/// The rows of luma around a row of chroma: `middle` alone, halfway to `lower`, or with a quarter of either.
struct LumaRows {
  const std::uint8_t *upper, *middle, *lower;
};

/// Where a sample of chroma lies among those of luma.
enum class Across { one, first_of_two, between_two };

/// (v - black) * scale within 0..255 of the mean v of the luma around each sample of chroma, as far as it is there; the
/// rows have `width` samples.
template <typename Sample>
void tones_at_chroma(const LumaRows& rows, Across across, int width, float black, float scale, std::span<float> out);

/// Pixels of `step` bytes, 3 or 4, whose first three are red, green and blue in some order. Whether all are gray: only
/// then are the tones theirs.
bool tones_of_gray(const std::uint8_t* pixels, int step, std::span<float> out);

/// The first three bytes of such pixels, each from a row of its own; the fourth stays.
void write_pixels(const std::array<const std::uint8_t*, 3>& rows, int step, std::size_t count, std::uint8_t* pixels);

/// L* of tones that need not be whole: the nearest tone's, or between the tones' linearly.
void lightness_of_tones(const std::array<float, 257>& table, bool nearest, std::span<const float> tone,
                        float* lightness);

/// The colours of a row by linear interpolation in cells of the colour table, which explains them.
struct ColourCells {
  static constexpr int cell = 4;                      ///< tone steps and a*b* units from an entry to the next
  static constexpr int tones = 256 / cell + 1;        ///< 0..256, so that 255 has a right neighbour
  static constexpr int chromas = 2 * 128 / cell + 1;  ///< -128..128
  static constexpr int row = tones;                   ///< cells from one of b* to the next; one more than there are
  static constexpr int slice = row * (chromas - 1);   ///< cells from one of a* to the next

  /// A cell holds its values at this a* and both b* and both tones; those at the next a* are in the next slice's:
  /// channels 0 and 1 [b*][channel][tone], then channel 2 [b*][tone] where there are three. Where there are not, its
  /// row is not written.
  const std::int16_t* cells;
  int channels;
  float scale;  ///< of the values

  constexpr int size() const { return 4 * channels; }
};
using ColourRows = std::array<float*, 3>;
void read_colours(const ColourCells& table, std::span<const float> tone, const float* a, const float* b,
                  const ColourRows& out);

/// ((base + colour) + own) * scale + offset within 0..last, without what is behind the point, moved up by `shift` bits
/// where they are 16; `base` and `own` may be null.
template <typename Sample>
void codes_of(std::span<const float> colour, const float* base, const float* own, float scale, float offset, float last,
              int shift, Sample* out);

}  // namespace colorize
