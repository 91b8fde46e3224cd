// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colourpresence.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace colorize {

namespace {

// Measured at 32 pixels a row on films and photographs: gray ones have 0 to 0.5, toned prints up to 0.6, torn, stained
// and two-toned ones 1.3; colour 1.2 and more, but shots of gray things and of things of one hue 0.6.
constexpr double some_colour = 0.6, hardly_any = 0.5, much_colour = 1.25;
constexpr int enough_frames = 5;

constexpr double black = 5;        // L*, root of the mean square
constexpr double left_out = 0.06;  // share of the picture that may be anything
constexpr double uneven = 0.02;    // share of a tint by which it may differ from place to place: prints fade and stain

}  // namespace

std::optional<double> colour_presence(const cv::Mat& lightness, const cv::Mat& chroma) {
  const double light = cv::norm(lightness) / std::sqrt(static_cast<double>(lightness.total()));
  if (light < black) return std::nullopt;

  // Cb and Cr as quadratic functions of the lightness, twice: the second time without what the first fits worst.
  const int count = static_cast<int>(chroma.total());
  const auto* const l = lightness.ptr<float>();
  const auto* const c = chroma.ptr<cv::Vec2f>();
  const cv::Scalar tint = cv::mean(chroma);
  cv::AutoBuffer<cv::Vec2d, 1024> residuals(count);
  cv::AutoBuffer<double, 1024> squares(count);
  double greatest = std::numeric_limits<double>::infinity();
  const auto fits = [&](int i) { return residuals[i].dot(residuals[i]) <= greatest; };
  std::fill_n(residuals.data(), count, cv::Vec2d());
  for (int pass = 0; pass < 2; ++pass) {
    const auto powers = [&](int i) { return cv::Vec3d(1, l[i] / 50 - 1, (l[i] / 50 - 1) * (l[i] / 50 - 1)); };
    cv::Matx33d moments = 1e-4 * count * cv::Matx33d::eye();  // solvable where all is equally light
    cv::Matx<double, 3, 2> products;
    for (int i = 0; i < count; ++i) {
      if (!fits(i)) continue;
      moments += powers(i) * powers(i).t();
      products += powers(i) * cv::Vec2d(c[i]).t();
    }
    const cv::Matx<double, 2, 3> fit = moments.solve(products, cv::DECOMP_CHOLESKY).t();
    for (int i = 0; i < count; ++i) {
      residuals[i] = cv::Vec2d(c[i]) - fit * powers(i);
      squares[i] = residuals[i].dot(residuals[i]);
    }
    double* const last = squares.data() + static_cast<int>((count - 1) * (1 - left_out));
    std::nth_element(squares.data(), last, squares.data() + count);
    greatest = *last;
  }

  // What is left of one hue lies on a line and has no area; the size of the ellipse says how much more there is.
  cv::Vec2d sum;
  cv::Matx22d products;
  int kept = 0;
  for (int i = 0; i < count; ++i) {
    if (!fits(i)) continue;
    sum += residuals[i];
    products += residuals[i] * residuals[i].t();
    ++kept;
  }
  const cv::Vec2d mean = sum / kept;
  const cv::Matx22d covariance = products * (1.0 / kept) - mean * mean.t();
  const double more = std::pow(std::max(0.0, cv::determinant(covariance)), 0.25);
  return std::max(0.0, more - uneven * std::hypot(tint[0], tint[1]));
}

bool ShotColour::judge(const cv::Mat& lightness, const cv::Mat& chroma, bool cut) {
  if (cut || lightness.size() != lightness_.size()) {
    frames_ = 0;
    against_ = 0;
    decided_ = false;
  }
  // The mean of some frames, for rainbows that a video recorder paints on gray take turns with their opposites.
  frames_ = std::min(frames_ + 1, enough_frames);
  const double share = 1.0 / frames_;
  if (frames_ == 1) {
    lightness.copyTo(lightness_);
    chroma.copyTo(chroma_);
  }
  cv::addWeighted(lightness, share, lightness_, 1 - share, 0, lightness_);
  cv::addWeighted(chroma, share, chroma_, 1 - share, 0, chroma_);

  const auto presence = colour_presence(lightness_, chroma_);
  if (!presence) return colour_.value_or(false);
  const bool seems = *presence > (!colour_ ? some_colour : *colour_ ? hardly_any : much_colour);
  against_ = colour_ && seems != *colour_ ? against_ + 1 : 0;
  if (!decided_ || against_ == enough_frames) {
    colour_ = seems;
    decided_ = true;
    against_ = 0;
  }
  return *colour_;
}

}  // namespace colorize
