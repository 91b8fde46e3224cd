// SPDX-License-Identifier: LGPL-2.1-or-later
#include "measures.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "parallel.h"

namespace colorize::command::measures {

namespace {

constexpr double degree = std::numbers::pi / 180;

/// Of a chroma: c^7 / (c^7 + 25^7), rooted.
double seventh(double c) {
  const double c7 = c * c * c * c * c * c * c;
  return std::sqrt(c7 / (c7 + 6103515625.0));
}

cv::Mat window_mean(const cv::Mat& plane) {
  cv::Mat result;
  cv::GaussianBlur(plane, result, {11, 11}, 1.5);
  return result;
}

}  // namespace

double ciede2000(const cv::Vec3f& one, const cv::Vec3f& other) {
  const auto length = [](double a, double b) { return std::sqrt(a * a + b * b); };
  const double g = 0.5 * (1 - seventh((length(one[1], one[2]) + length(other[1], other[2])) / 2));
  const double a1 = one[1] * (1 + g), a2 = other[1] * (1 + g), b1 = one[2], b2 = other[2];
  const double c1 = length(a1, b1), c2 = length(a2, b2);
  const auto hue = [](double a, double b) {
    const double h = std::atan2(b, a) / degree;
    return h < 0 ? h + 360 : h;
  };
  // What has no chroma has no hue: the other's is taken, and there is no difference of hue.
  const bool gray = c1 * c2 == 0;
  const double h1 = c1 > 0 ? hue(a1, b1) : 0, h2 = c2 > 0 ? hue(a2, b2) : 0;
  double turn = gray ? 0 : h2 - h1, mean_h = gray ? h1 + h2 : (h1 + h2) / 2;
  if (!gray && std::abs(h1 - h2) > 180) {
    turn += turn > 0 ? -360 : 360;
    mean_h += h1 + h2 < 360 ? 180 : -180;
  }
  const double mean_l = (one[0] + other[0]) / 2, mean_c = (c1 + c2) / 2;
  const double t = 1 - 0.17 * std::cos((mean_h - 30) * degree) + 0.24 * std::cos(2 * mean_h * degree) +
                   0.32 * std::cos((3 * mean_h + 6) * degree) - 0.20 * std::cos((4 * mean_h - 63) * degree);
  const double from_middle = (mean_l - 50) * (mean_l - 50), from_blue = (mean_h - 275) / 25;
  const double dl = (other[0] - one[0]) / (1 + 0.015 * from_middle / std::sqrt(20 + from_middle));
  const double dc = (c2 - c1) / (1 + 0.045 * mean_c);
  const double dh = 2 * std::sqrt(c1 * c2) * std::sin(turn / 2 * degree) / (1 + 0.015 * mean_c * t);
  const double rotation = -2 * seventh(mean_c) * std::sin(60 * degree * std::exp(-from_blue * from_blue));
  return std::sqrt(std::max(dl * dl + dc * dc + dh * dh + rotation * dc * dh, 0.0));
}

double mean_ciede2000(const cv::Mat& one, const cv::Mat& other) {
  std::vector<double> of_row(static_cast<std::size_t>(one.rows));
  parallel_rows(one.rows, cv::getNumThreads(), [&](int, int begin, int end) {
    for (int y = begin; y < end; ++y) {
      const auto *p = one.ptr<cv::Vec3f>(y), *q = other.ptr<cv::Vec3f>(y);
      for (int x = 0; x < one.cols; ++x) of_row[static_cast<std::size_t>(y)] += ciede2000(p[x], q[x]);
    }
  });
  double sum = 0;
  for (const double row : of_row) sum += row;
  return sum / static_cast<double>(one.total());
}

cv::Mat with_best_warmth_and_tint(const cv::Mat& lab, const cv::Mat& truth) {
  constexpr double most = 50;
  const cv::Scalar now = cv::mean(lab), wanted = cv::mean(truth);
  cv::Scalar added;
  for (int i = 1; i < 3; ++i) added[i] = std::clamp(wanted[i] - now[i], -most, most);
  return lab + added;
}

cv::Mat lab(const cv::Mat& bgr) {
  cv::Mat result;
  bgr.convertTo(result, CV_32F, 1.0 / 255);
  cv::cvtColor(result, result, cv::COLOR_BGR2Lab);
  return result;
}

double mean_chroma(const cv::Mat& lab) {
  double sum = 0;
  for (int y = 0; y < lab.rows; ++y) {
    const auto* p = lab.ptr<cv::Vec3f>(y);
    for (int x = 0; x < lab.cols; ++x) sum += std::sqrt(p[x][1] * p[x][1] + p[x][2] * p[x][2]);
  }
  return sum / static_cast<double>(lab.total());
}

double colourfulness(const cv::Mat& bgr) {
  // Of R - G and of R + G - 2 B, which is twice the yellow-blue of the paper.
  double rg_sum = 0, rg_squares = 0, yb_sum = 0, yb_squares = 0;
  for (int y = 0; y < bgr.rows; ++y) {
    const auto* p = bgr.ptr<cv::Vec3b>(y);
    std::int64_t sums[4] = {};
    for (int x = 0; x < bgr.cols; ++x) {
      const int rg = p[x][2] - p[x][1], yb = p[x][2] + p[x][1] - 2 * p[x][0];
      sums[0] += rg;
      sums[1] += rg * rg;
      sums[2] += yb;
      sums[3] += yb * yb;
    }
    rg_sum += static_cast<double>(sums[0]);
    rg_squares += static_cast<double>(sums[1]);
    yb_sum += static_cast<double>(sums[2]);
    yb_squares += static_cast<double>(sums[3]);
  }
  const auto n = static_cast<double>(bgr.total());
  const double rg = rg_sum / n, yb = yb_sum / n / 2;
  const double variances = rg_squares / n - rg * rg + yb_squares / n / 4 - yb * yb;
  return std::sqrt(std::max(variances, 0.0)) + 0.3 * std::hypot(rg, yb);
}

double squared_error(const cv::Mat& one, const cv::Mat& other) {
  return cv::norm(one, other, cv::NORM_L2SQR) / static_cast<double>(one.total() * one.elemSize());
}

double psnr(double squared_error) { return 10 * std::log10(255.0 * 255.0 / squared_error); }

double ssim(const cv::Mat& one, const cv::Mat& other) {
  constexpr double c1 = 0.01 * 255 * 0.01 * 255, c2 = 0.03 * 255 * 0.03 * 255;
  // Around neutral, where chroma is: squares of what is far from 0 would leave little of the variances in floats.
  constexpr double neutral = 128;
  cv::Mat x, y;
  one.convertTo(x, CV_32F, 1, -neutral);
  other.convertTo(y, CV_32F, 1, -neutral);
  const cv::Mat means_x = window_mean(x), means_y = window_mean(y);
  const cv::Mat squares_x = window_mean(x.mul(x)), squares_y = window_mean(y.mul(y)), products = window_mean(x.mul(y));
  double sum = 0;
  for (int row = 0; row < x.rows; ++row) {
    const auto *mx = means_x.ptr<float>(row), *my = means_y.ptr<float>(row), *xx = squares_x.ptr<float>(row),
               *yy = squares_y.ptr<float>(row), *xy = products.ptr<float>(row);
    for (int i = 0; i < x.cols; ++i) {
      const double mean_x = mx[i], mean_y = my[i], covariance = xy[i] - mean_x * mean_y;
      const double variances = xx[i] - mean_x * mean_x + yy[i] - mean_y * mean_y;
      const double a = mean_x + neutral, b = mean_y + neutral;
      sum += (2 * a * b + c1) * (2 * covariance + c2) / ((a * a + b * b + c1) * (variances + c2));
    }
  }
  return sum / static_cast<double>(x.total());
}

Histograms histograms(const cv::Mat& bgr) {
  std::array<std::array<int, 256>, 3> counts{};
  for (int y = 0; y < bgr.rows; ++y) {
    const auto* p = bgr.ptr<cv::Vec3b>(y);
    for (int x = 0; x < bgr.cols; ++x)
      for (int c = 0; c < 3; ++c) ++counts[static_cast<std::size_t>(c)][p[x][c]];
  }
  Histograms result;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 256; ++i)
      result[c][i] = static_cast<float>(counts[c][i]) / static_cast<float>(bgr.total());
  return result;
}

double divergence(const Histograms& one, const Histograms& other) {
  double sum = 0;
  for (std::size_t c = 0; c < 3; ++c)
    for (std::size_t i = 0; i < 256; ++i) {
      const double p = one[c][i], q = other[c][i], middle = (p + q) / 2;
      if (p > 0) sum += p * std::log(p / middle) / 2;
      if (q > 0) sum += q * std::log(q / middle) / 2;
    }
  return sum / 3;
}

}  // namespace colorize::command::measures
