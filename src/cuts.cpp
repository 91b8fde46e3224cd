// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cuts.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "rowmeans.h"

namespace colorize {

namespace {

// Changes smaller than these are no cut whatever becomes of the structure: in near-black or blank pictures all
// structure is noise, and a camera that is swung too fast to follow keeps the tones. Up to the usual change of a cut,
// the smaller it is the more of the structure has to be lost; where nearly all tones are others, motion compensation
// can make one picture look a little like any other. Measured on films: of 30 cuts the faintest changes 28 % of the
// tones and 17 of 255 levels, the next ones 37 % and 25; 700 cuts from one film to another 32 % and 17 at least.
constexpr double least_tones_changed = 0.15, least_levels_changed = 15;
constexpr double usual_tones_changed = 0.7, usual_levels_changed = 30;

/// Share of the pixels, 0..2, by which the histograms of tones differ.
double tones_changed(const cv::Mat& last, const cv::Mat& now) {
  std::array<int, 32> difference{};
  for (int y = 0; y < now.rows; ++y)
    for (int x = 0; x < now.cols; ++x) {
      ++difference[now.ptr(y)[x] / 8];
      --difference[last.ptr(y)[x] / 8];
    }
  int sum = 0;
  for (const int d : difference) sum += std::abs(d);
  return sum / static_cast<double>(now.total());
}

}  // namespace

double CutDetector::similarity(const cv::Mat& moved, const cv::Mat& now) {
  // Correlation in windows, each with its own mean so that light does not count, weighted by contrast so that noise in
  // flat parts does not either.
  const int side = std::max(3, now.cols / 18) | 1;
  const cv::Size window(side, side);
  const auto measure = [&](const cv::Mat& picture, Contrast& contrast) {
    cv::boxFilter(picture, contrast.mean, CV_32F, window);
    cv::subtract(picture, contrast.mean, contrast.deviation, cv::noArray(), CV_32F);
    // Squares of 16 bits have sums that are whole numbers, which are added up much faster than others.
    cv::multiply(contrast.deviation, contrast.deviation, contrast.square, 1, CV_16U);
    cv::boxFilter(contrast.square, contrast.variance, CV_32F, window);
  };
  measure(moved, moved_);
  measure(now, now_);
  cv::multiply(moved_.deviation, now_.deviation, product_);
  cv::multiply(moved_.variance, now_.variance, both_);
  cv::sqrt(both_, both_);
  constexpr double noise = 4;  // variance in levels squared that any picture has
  return std::max(0.0, cv::sum(product_)[0] / (cv::sum(both_)[0] + noise * static_cast<double>(now.total())));
}

double CutDetector::levels_changed(const cv::Mat& last, const cv::Mat& now) {
  const int columns = std::min(now.cols, 16), rows = std::min(now.rows, 9);
  if (!down_.are(now.rows, rows, rowmeans::sum_of_bytes)) down_ = Shares(now.rows, rows, rowmeans::sum_of_bytes);
  if (!across_.are(now.cols, columns, rowmeans::sum_across)) across_ = Shares(now.cols, columns, rowmeans::sum_across);
  mean_.resize(static_cast<std::size_t>(now.cols) + across_.span());
  const auto measure = [&](const cv::Mat& picture, int row, std::vector<std::int32_t>& parts) {
    const auto [first, weights] = down_[row];
    rowmeans::of_bytes(picture.ptr(first), static_cast<std::ptrdiff_t>(picture.step), weights,
                       std::span(mean_).first(static_cast<std::size_t>(now.cols)));
    parts.resize(static_cast<std::size_t>(columns));
    rowmeans::of_parts(mean_.data(), across_, parts);
  };
  double sum = 0;
  for (int row = 0; row < rows; ++row) {
    measure(last, row, coarse_last_);
    measure(now, row, coarse_now_);
    for (int x = 0; x < columns; ++x) sum += std::abs(static_cast<double>(coarse_last_[x]) - coarse_now_[x]);
  }
  return sum / (rowmeans::sum_of_bytes * static_cast<double>(rowmeans::sum_across) * columns * rows);
}

double CutDetector::usual_similarity() const {
  auto sorted = past_;
  std::ranges::sort(sorted);
  return (sorted[sorted.size() / 2 - 1] + sorted[sorted.size() / 2]) / 2;
}

bool CutDetector::operator()(const cv::Mat& last, const cv::Mat& now, const cv::Mat& moved, double threshold) {
  const double similar = similarity(moved, now), tones = tones_changed(last, now);
  const double levels = levels_changed(last, now);
  const double change =
      std::min(1.0, levels / usual_levels_changed) * std::clamp(tones / usual_tones_changed, 0.5, 1.2);
  const bool cut = tones > least_tones_changed && levels > least_levels_changed &&
                   similar < (1 - threshold) * (fresh_ ? 1 : usual_similarity()) * change;
  if (cut) {
    forget();
  } else {
    if (std::exchange(fresh_, false)) past_.fill(similar);
    past_[next_] = similar;
    next_ = (next_ + 1) % past_.size();
  }
  return cut;
}

}  // namespace colorize
