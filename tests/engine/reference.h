// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/core.hpp>

#include "frame.h"

/// The tests' own colour science, from the standards and in double precision. It shares nothing with src: matrices come
/// from the primaries' chromaticities, equations are solved by plain bisection.
namespace reference {

using colorize::Matrix;
using colorize::Primaries;
using colorize::Range;
using Triple = cv::Vec3d;

inline constexpr Matrix matrices[] = {Matrix::bt601, Matrix::bt709, Matrix::bt2020};
inline constexpr Primaries both_primaries[] = {Primaries::bt709, Primaries::bt2020};
inline constexpr Range ranges[] = {Range::limited, Range::full};

inline const char* name(Matrix m) { return m == Matrix::bt601 ? "BT.601" : m == Matrix::bt709 ? "BT.709" : "BT.2020"; }
inline const char* name(Primaries p) { return p == Primaries::bt709 ? "primaries of BT.709" : "primaries of BT.2020"; }
inline const char* name(Range r) { return r == Range::limited ? "limited" : "full"; }

/// IEC 61966-2-1; odd beyond 0..1, where colours outside the gamut lie.
inline double to_linear(double v) {
  if (v < 0) return -to_linear(-v);
  return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
}
inline double from_linear(double v) {
  if (v < 0) return -from_linear(-v);
  return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1 / 2.4) - 0.055;
}

/// Linear R, G, B to X, Y, Z, from the chromaticities of BT.709-6 and BT.2020-2 and the white D65 (SMPTE RP 177).
inline const cv::Matx33d& xyz_matrix(Primaries primaries) {
  static const auto make = [](std::array<double, 6> xy) {
    cv::Matx33d columns;
    for (int i = 0; i < 3; ++i) {
      const double x = xy[2 * i], y = xy[2 * i + 1];
      columns(0, i) = x / y, columns(1, i) = 1, columns(2, i) = (1 - x - y) / y;
    }
    const Triple white(0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290);
    return columns * cv::Matx33d::diag(columns.inv() * white);
  };
  static const cv::Matx33d bt709 = make({0.640, 0.330, 0.300, 0.600, 0.150, 0.060});
  static const cv::Matx33d bt2020 = make({0.708, 0.292, 0.170, 0.797, 0.131, 0.046});
  return primaries == Primaries::bt2020 ? bt2020 : bt709;
}
inline const cv::Matx33d& rgb_matrix(Primaries primaries) {
  static const cv::Matx33d bt709 = xyz_matrix(Primaries::bt709).inv(), bt2020 = xyz_matrix(Primaries::bt2020).inv();
  return primaries == Primaries::bt2020 ? bt2020 : bt709;
}

/// CIE 15: f of CIELAB and its inverse.
inline double f(double t) {
  constexpr double d = 6.0 / 29;
  return t > d * d * d ? std::cbrt(t) : t / (3 * d * d) + 4.0 / 29;
}
inline double f_inverse(double t) {
  constexpr double d = 6.0 / 29;
  return t > d ? t * t * t : 3 * d * d * (t - 4.0 / 29);
}

/// L* of a gray whose R' = G' = B' is `v` (0..1).
inline double lightness_of_gray(double v) { return 116 * f(to_linear(v)) - 16; }

/// L*a*b* of R'G'B' (0..1) and back; the white is R' = G' = B' = 1.
inline Triple lab_of_rgb(const Triple& rgb, Primaries primaries) {
  const cv::Matx33d& m = xyz_matrix(primaries);
  const Triple white = m * Triple(1, 1, 1), xyz = m * Triple(to_linear(rgb[0]), to_linear(rgb[1]), to_linear(rgb[2]));
  const double x = f(xyz[0] / white[0]), y = f(xyz[1] / white[1]), z = f(xyz[2] / white[2]);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}
inline Triple rgb_of_lab(const Triple& lab, Primaries primaries) {
  const double y = (lab[0] + 16) / 116;
  const Triple white = xyz_matrix(primaries) * Triple(1, 1, 1);
  const Triple linear = rgb_matrix(primaries) * Triple(white[0] * f_inverse(y + lab[1] / 500), white[1] * f_inverse(y),
                                                       white[2] * f_inverse(y - lab[2] / 200));
  return {from_linear(linear[0]), from_linear(linear[1]), from_linear(linear[2])};
}

/// The R' = G' = B' of the gray with the luminance of `rgb`.
inline double gray_of_rgb(const Triple& rgb, Primaries primaries) {
  const cv::Matx33d& m = xyz_matrix(primaries);
  return from_linear(m(1, 0) * to_linear(rgb[0]) + m(1, 1) * to_linear(rgb[1]) + m(1, 2) * to_linear(rgb[2]));
}

/// Weights of R' and B' in Y' (BT.601-7 2.5.1, BT.709-6 3.2, BT.2020-2 table 4); G' has the rest.
inline std::array<double, 2> weights(Matrix matrix) {
  switch (matrix) {
    case Matrix::bt601:
      return {0.299, 0.114};
    case Matrix::bt709:
      return {0.2126, 0.0722};
    case Matrix::bt2020:
      break;
  }
  return {0.2627, 0.0593};
}

/// Y' 0..1, Cb and Cr -0.5..0.5.
inline Triple ycbcr_of_rgb(const Triple& rgb, Matrix matrix) {
  const auto [red, blue] = weights(matrix);
  const double y = red * rgb[0] + (1 - red - blue) * rgb[1] + blue * rgb[2];
  return {y, (rgb[2] - y) / (2 * (1 - blue)), (rgb[0] - y) / (2 * (1 - red))};
}
inline Triple rgb_of_ycbcr(const Triple& ycbcr, Matrix matrix) {
  const auto [red, blue] = weights(matrix);
  const double y = ycbcr[0], r = y + 2 * (1 - red) * ycbcr[2], b = y + 2 * (1 - blue) * ycbcr[1];
  return {r, (y - red * r - blue * b) / (1 - red - blue), b};
}

/// Codes, not rounded (BT.2100-2 table 9; H.273 for the full range).
inline Triple codes_of_ycbcr(const Triple& v, Range range, int depth = 8) {
  const double unit = 1 << (depth - 8), all = 256 * unit - 1, neutral = 128 * unit;
  if (range == Range::full) return {all * v[0], neutral + all * v[1], neutral + all * v[2]};
  return {(16 + 219 * v[0]) * unit, neutral + 224 * unit * v[1], neutral + 224 * unit * v[2]};
}
inline Triple ycbcr_of_codes(const Triple& c, Range range, int depth = 8) {
  const double unit = 1 << (depth - 8), all = 256 * unit - 1, neutral = 128 * unit;
  if (range == Range::full) return {c[0] / all, (c[1] - neutral) / all, (c[2] - neutral) / all};
  return {(c[0] / unit - 16) / 219, (c[1] - neutral) / (224 * unit), (c[2] - neutral) / (224 * unit)};
}

inline double hue(const Triple& lab) { return std::atan2(lab[2], lab[1]) * 180 / std::numbers::pi; }
inline double chroma(const Triple& lab) { return std::hypot(lab[1], lab[2]); }
inline double hue_difference(double one, double other) { return std::abs(std::remainder(one - other, 360)); }

/// R'G'B' of the colour with the luma Y' (0..1) and this a*b*, in the gamut or not.
inline Triple rgb_at_luma(double luma, double a, double b, Matrix matrix, Primaries primaries) {
  double low = -150, high = 250;
  for (int i = 0; i < 42; ++i) {  // to 1e-10 of L*
    const double middle = (low + high) / 2;
    (ycbcr_of_rgb(rgb_of_lab({middle, a, b}, primaries), matrix)[0] < luma ? low : high) = middle;
  }
  return rgb_of_lab({low, a, b}, primaries);
}

inline bool in_gamut(const Triple& rgb) {
  return std::ranges::all_of(rgb.val, [](double v) { return v >= -1e-6 && v <= 1 + 1e-6; });
}

/// A colour that was asked for.
struct Wanted {
  Triple rgb;        ///< R'G'B' 0..1
  double share = 1;  ///< of the chroma that was asked for; less than 1 where the gamut holds no more

  bool whole() const { return share == 1; }
};

/// `rgb_at(share)` is the colour with that share of the chroma.
template <typename RgbAt>
Wanted within_gamut(const RgbAt& rgb_at) {
  if (const Triple rgb = rgb_at(1.0); in_gamut(rgb)) return {rgb};
  double low = 0, high = 1;
  for (int i = 0; i < 24; ++i) {
    const double middle = (low + high) / 2;
    (in_gamut(rgb_at(middle)) ? low : high) = middle;
  }
  return {rgb_at(low), low};
}

/// The colour of L* `lightness` and this a*b*, or the most colourful one of that hue that the gamut holds.
inline Wanted wanted_at_lightness(double lightness, double a, double b, Primaries primaries) {
  return within_gamut([&](double share) { return rgb_of_lab({lightness, share * a, share * b}, primaries); });
}

/// The same at the luma Y' (0..1).
inline Wanted wanted_at_luma(double luma, double a, double b, Matrix matrix, Primaries primaries) {
  return within_gamut([&](double share) { return rgb_at_luma(luma, share * a, share * b, matrix, primaries); });
}

}  // namespace reference
