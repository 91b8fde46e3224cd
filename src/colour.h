// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "frame.h"

/// Colour science in double precision: the plain definitions that the tables of the fast path are made from.
namespace colorize::colour {

using Triple = std::array<double, 3>;

/// Components 0..1 to linear light and back (IEC 61966-2-1, sRGB), odd-symmetric beyond 0..1 so that solvers converge.
double to_linear(double encoded);
double from_linear(double linear);

/// Relative luminance Y 0..1 to CIE L* 0..100 and back (CIE 15).
double lightness(double luminance);
double luminance(double lightness);

/// L*a*b* to linear R, G, B; a colour outside the gamut has components outside 0..1. The white is D65, the primaries'.
Triple lab_to_linear_rgb(const Triple& lab, Primaries primaries);

/// Linear R, G, B to L*a*b*.
Triple linear_rgb_to_lab(const Triple& rgb, Primaries primaries);

/// a* and b* of #rrggbb (sRGB); none where `code` is something else.
std::optional<std::array<float, 2>> ab_of_code(std::string_view code);

/// The weights of R, G and B in the relative luminance Y.
Triple luminance_weights(Primaries primaries);

/// The weights of R', G' and B' in the luma Y' (BT.601-7, BT.709-6, BT.2020-2 clause on signal format).
Triple luma_weights(Matrix matrix);

/// The L* of the colour with this a*b* whose luma Y' is `luma` (0..1). Rising in `luma` for any a*b*.
double lightness_of_luma(double luma, double a, double b, Matrix matrix, Primaries primaries);

/// Y' = `luma`, Cb and Cr -0.5..0.5 of linear R, G, B.
Triple linear_rgb_to_ycbcr(const Triple& rgb, Matrix matrix);

}  // namespace colorize::colour
