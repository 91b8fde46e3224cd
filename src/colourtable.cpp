// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colourtable.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

#include "colour.h"

namespace colorize {

namespace {

using colour::Triple;
using Entry = ColourTable::Entry;

constexpr double greatest_chroma = 182;  // the corner a* = b* = 128
constexpr double tolerance = 1e-6;       // how far outside 0..1 rounding may carry a colour of the gamut

bool in_gamut(const Triple& rgb) {
  return std::ranges::all_of(rgb, [](double v) { return v >= -tolerance && v <= 1 + tolerance; });
}

/// The colours that have a gray's luma Y'.
struct SameLuma {
  static constexpr int channels = 2;
  Matrix matrix;
  Primaries primaries;

  Triple linear_rgb(double tone, double a, double b) const {
    const double l = colour::lightness_of_luma(tone / 255, a, b, matrix, primaries);
    return colour::lab_to_linear_rgb({l, a, b}, primaries);
  }
  Entry entry(const Triple& rgb, double) const {
    const Triple ycbcr = colour::linear_rgb_to_ycbcr(rgb, matrix);
    return Entry{static_cast<float>(255 * ycbcr[1]), static_cast<float>(255 * ycbcr[2]), 0, 0};
  }
};

/// The colours that have a gray's L*.
struct SameLightness {
  static constexpr int channels = 3;
  Primaries primaries;

  Triple linear_rgb(double tone, double a, double b) const {
    return colour::lab_to_linear_rgb({colour::lightness(colour::to_linear(tone / 255)), a, b}, primaries);
  }
  Entry entry(const Triple& rgb, double tone) const {
    const auto difference = [&](double v) {
      return static_cast<float>(255 * colour::from_linear(std::clamp(v, 0.0, 1.0)) - tone);
    };
    return Entry{difference(rgb[0]), difference(rgb[1]), difference(rgb[2]), 0};
  }
};

/// The greatest chroma up to `wanted` that the gamut holds at this tone and hue.
template <typename Colour>
double chroma_inside(const Colour& colour, double tone, double cosine, double sine, double wanted, int halvings) {
  const auto fits = [&](double c) { return in_gamut(colour.linear_rgb(tone, c * cosine, c * sine)); };
  if (fits(wanted)) return wanted;
  double inside = 0, outside = wanted;
  for (int i = 0; i < halvings; ++i) {
    const double middle = (inside + outside) / 2;
    (fits(middle) ? inside : outside) = middle;
  }
  return inside;
}

template <typename Colour>
Entry exact(const Colour& colour, double tone, double a, double b) {
  const double chroma = std::hypot(a, b);
  if (chroma == 0) return Entry{};
  const double scale = chroma_inside(colour, tone, a / chroma, b / chroma, chroma, 40) / chroma;
  return colour.entry(colour.linear_rgb(tone, a * scale, b * scale), tone);
}

constexpr int cell = ColourCells::cell, tones = ColourCells::tones, chromas = ColourCells::chromas;

std::size_t place(int u, int v, int t) { return (static_cast<std::size_t>(u) * chromas + v) * tones + t; }

/// Tone runs fastest.
template <typename Colour>
std::vector<Entry> entries_of(const Colour& colour) {
  std::vector<Entry> entries(place(chromas, 0, 0));
  // Most entries lie outside the gamut and share the colour on its edge at their hue, so the edge is found first.
  constexpr int hues = 360;
  struct Edge {
    double chroma;
    Entry entry;
  };
  cv::parallel_for_(cv::Range(0, tones), [&](const cv::Range& range) {
    std::array<Edge, hues + 1> edges;
    for (int t = range.start; t < range.end; ++t) {
      const double tone = std::min(t * cell, 255);
      for (int h = 0; h < hues; ++h) {
        const double angle = h * 2 * std::numbers::pi / hues, cosine = std::cos(angle), sine = std::sin(angle);
        const double chroma = chroma_inside(colour, tone, cosine, sine, greatest_chroma, 14);
        edges[h] = {chroma, colour.entry(colour.linear_rgb(tone, chroma * cosine, chroma * sine), tone)};
      }
      edges[hues] = edges[0];
      for (int u = 0; u < chromas; ++u)
        for (int v = 0; v < chromas; ++v) {
          const double a = u * cell - 128, b = v * cell - 128, chroma = std::hypot(a, b);
          const double hue = (std::atan2(b, a) / (2 * std::numbers::pi) + (b < 0 ? 1 : 0)) * hues;
          const int h = std::min(static_cast<int>(hue), hues - 1);
          const double part = hue - h;
          Entry& entry = entries[place(u, v, t)];
          if (chroma == 0)
            entry = Entry{};
          else if (chroma >= edges[h].chroma + (edges[h + 1].chroma - edges[h].chroma) * part)
            entry = edges[h].entry + (edges[h + 1].entry - edges[h].entry) * static_cast<float>(part);
          else
            entry = colour.entry(colour.linear_rgb(tone, a, b), tone);
        }
    }
  });
  // The last entries lie one tone beyond white: they go on in the line that meets white's own there, which has no
  // colour.
  constexpr float beyond = cell / (255.0F - (tones - 2) * cell);
  for (std::size_t last = tones - 1; last < entries.size(); last += tones)
    entries[last] = entries[last - 1] + (entries[last] - entries[last - 1]) * beyond;
  return entries;
}

}  // namespace

template <typename Colour>
ColourTable::ColourTable(const Colour& colour)
    : channels_(Colour::channels), cells_(static_cast<std::size_t>(ColourCells::slice) * chromas * 4 * channels_) {
  const std::vector<Entry> entries = entries_of(colour);
  // As much as 16 bits hold: Cb and Cr reach 127.5, what R', G' and B' differ by 255.
  constexpr float unit = Colour::channels == 2 ? 256 : 128;
  // The weights of a cell's corners are 1 << 14 together.
  scale_ = 1 / (unit * (1 << 14));
  for (int u = 0; u < chromas; ++u)
    for (int v = 0; v + 1 < chromas; ++v)
      for (int t = 0; t + 1 < tones; ++t) {
        const std::size_t at = static_cast<std::size_t>(u) * ColourCells::slice + v * ColourCells::row + t;
        std::int16_t* cell = &cells_[at * 4 * channels_];
        const auto put = [&](int channel, int dv, int dt) {
          *cell++ = static_cast<std::int16_t>(std::lround(entries[place(u, v + dv, t + dt)][channel] * unit));
        };
        for (int dv : {0, 1})
          for (int c : {0, 1})
            for (int dt : {0, 1}) put(c, dv, dt);
        if (channels_ == 3)
          for (int dv : {0, 1})
            for (int dt : {0, 1}) put(2, dv, dt);
      }
}

const ColourTable& ColourTable::yuv(Matrix matrix, Primaries primaries) {
  // One magic static for each pair, so that each is made at its own first use.
  const auto made = [&]<Matrix m, Primaries p>() -> const ColourTable& {
    static const ColourTable table(SameLuma{m, p});
    return table;
  };
  const auto of_matrix = [&]<Matrix m>() -> const ColourTable& {
    return primaries == Primaries::bt2020 ? made.template operator()<m, Primaries::bt2020>()
                                          : made.template operator()<m, Primaries::bt709>();
  };
  switch (matrix) {
    case Matrix::bt601:
      return of_matrix.template operator()<Matrix::bt601>();
    case Matrix::bt2020:
      return of_matrix.template operator()<Matrix::bt2020>();
    case Matrix::bt709:
      break;
  }
  return of_matrix.template operator()<Matrix::bt709>();
}

const ColourTable& ColourTable::rgb(Primaries primaries) {
  if (primaries == Primaries::bt2020) {
    static const ColourTable table(SameLightness{Primaries::bt2020});
    return table;
  }
  static const ColourTable table(SameLightness{Primaries::bt709});
  return table;
}

Entry ColourTable::exact_yuv(double tone, double a, double b, Matrix matrix, Primaries primaries) {
  return exact(SameLuma{matrix, primaries}, tone, a, b);
}

Entry ColourTable::exact_rgb(double tone, double a, double b, Primaries primaries) {
  return exact(SameLightness{primaries}, tone, a, b);
}

}  // namespace colorize
