// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colour.h"

#include <cmath>

namespace colorize::colour {

namespace {

using Rows = std::array<Triple, 3>;

// Linear R, G, B to X, Y, Z divided by the white's (D65: x = 0.3127, y = 0.3290), so that R = G = B = v gives X = Y = Z
// = v.
constexpr Rows bt709_xyz{{{0.4123908 / 0.9504559, 0.3575843 / 0.9504559, 0.1804808 / 0.9504559},
                          {0.2126390, 0.7151687, 0.0721923},
                          {0.0193308 / 1.0890578, 0.1191948 / 1.0890578, 0.9505322 / 1.0890578}}};
constexpr Rows bt2020_xyz{{{0.6369580 / 0.9504559, 0.1446169 / 0.9504559, 0.1688810 / 0.9504559},
                           {0.2627002, 0.6779981, 0.0593017},
                           {0.0000000, 0.0280727 / 1.0890578, 1.0609851 / 1.0890578}}};

const Rows& to_xyz(Primaries primaries) { return primaries == Primaries::bt2020 ? bt2020_xyz : bt709_xyz; }

constexpr Rows inverse(const Rows& m) {
  const auto cofactor = [&](int i, int j) {
    const int r0 = (j + 1) % 3, r1 = (j + 2) % 3, c0 = (i + 1) % 3, c1 = (i + 2) % 3;
    return m[r0][c0] * m[r1][c1] - m[r0][c1] * m[r1][c0];
  };
  const double determinant = m[0][0] * cofactor(0, 0) + m[0][1] * cofactor(1, 0) + m[0][2] * cofactor(2, 0);
  Rows result{};
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) result[i][j] = cofactor(i, j) / determinant;
  return result;
}

constexpr Rows bt709_rgb = inverse(bt709_xyz), bt2020_rgb = inverse(bt2020_xyz);

Triple operator*(const Rows& m, const Triple& v) {
  Triple result{};
  for (int i = 0; i < 3; ++i) result[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return result;
}

constexpr double epsilon = 216.0 / 24389.0, kappa = 24389.0 / 27.0;

double f(double t) { return t > epsilon ? std::cbrt(t) : (kappa * t + 16) / 116; }
double f_inverse(double t) { return t > 6.0 / 29.0 ? t * t * t : (116 * t - 16) / kappa; }

}  // namespace

double to_linear(double v) {
  const double m = std::abs(v);
  return std::copysign(m <= 0.04045 ? m / 12.92 : std::pow((m + 0.055) / 1.055, 2.4), v);
}

double from_linear(double v) {
  const double m = std::abs(v);
  return std::copysign(m <= 0.0031308 ? m * 12.92 : 1.055 * std::pow(m, 1 / 2.4) - 0.055, v);
}

double lightness(double luminance) { return 116 * f(luminance) - 16; }
double luminance(double lightness) { return f_inverse((lightness + 16) / 116); }

Triple lab_to_linear_rgb(const Triple& lab, Primaries primaries) {
  const double fy = (lab[0] + 16) / 116;
  const Triple xyz{f_inverse(fy + lab[1] / 500), f_inverse(fy), f_inverse(fy - lab[2] / 200)};
  return (primaries == Primaries::bt2020 ? bt2020_rgb : bt709_rgb) * xyz;
}

Triple linear_rgb_to_lab(const Triple& rgb, Primaries primaries) {
  const Triple xyz = to_xyz(primaries) * rgb;
  return {116 * f(xyz[1]) - 16, 500 * (f(xyz[0]) - f(xyz[1])), 200 * (f(xyz[1]) - f(xyz[2]))};
}

Triple luminance_weights(Primaries primaries) { return to_xyz(primaries)[1]; }

Triple luma_weights(Matrix matrix) {
  switch (matrix) {
    case Matrix::bt601:
      return {0.299, 0.587, 0.114};
    case Matrix::bt2020:
      return {0.2627, 0.6780, 0.0593};
    case Matrix::bt709:
      break;
  }
  return {0.2126, 0.7152, 0.0722};
}

double lightness_of_luma(double luma, double a, double b, Matrix matrix, Primaries primaries) {
  const auto excess = [&](double l) {
    return linear_rgb_to_ycbcr(lab_to_linear_rgb({l, a, b}, primaries), matrix)[0] - luma;
  };
  // The luma of neutral colours is their gray value, so the gray's L* is a start; the bracket holds every a*b* there
  // is.
  double low = -100, high = 200;
  double l = lightness(to_linear(luma)), last = l, last_excess = 0;
  for (int i = 0; i < 60 && high - low > 1e-9; ++i) {
    const double e = excess(l);
    if (std::abs(e) < 1e-7) break;
    (e > 0 ? high : low) = l;
    const double slope = i > 0 && l != last ? (e - last_excess) / (l - last) : 0.01;
    last = l;
    last_excess = e;
    l = slope > 0 ? l - e / slope : low;
    if (!(l > low && l < high)) l = (low + high) / 2;
  }
  return l;
}

Triple linear_rgb_to_ycbcr(const Triple& rgb, Matrix matrix) {
  const Triple w = luma_weights(matrix);
  const double r = from_linear(rgb[0]), g = from_linear(rgb[1]), b = from_linear(rgb[2]);
  const double y = w[0] * r + w[1] * g + w[2] * b;
  return {y, (b - y) / (2 * (1 - w[2])), (r - y) / (2 * (1 - w[0]))};
}

std::optional<std::array<float, 2>> ab_of_code(std::string_view code) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (code.size() != 7 || code[0] != '#') return std::nullopt;
  Triple rgb{};
  for (std::size_t i = 0; i < 6; ++i) {
    const char c = code[i + 1];
    const auto digit = digits.find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    if (digit == digits.npos) return std::nullopt;
    rgb[i / 2] = 16 * rgb[i / 2] + static_cast<double>(digit);
  }
  for (double& component : rgb) component = to_linear(component / 255);
  const Triple lab = linear_rgb_to_lab(rgb, Primaries::bt709);
  return std::array{static_cast<float>(lab[1]), static_cast<float>(lab[2])};
}

}  // namespace colorize::colour
