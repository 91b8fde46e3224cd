// SPDX-License-Identifier: LGPL-2.1-or-later
#include "drift.h"

#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "along.h"

namespace colorize::command {

namespace {

constexpr double length = 2, pause = 0.5;  // seconds of tracks, and between those that begin

/// Without grain, which moves no colour.
cv::Mat smooth(const cv::Mat& picture) {
  cv::Mat result;
  picture.convertTo(result, CV_32F);
  cv::GaussianBlur(result, result, {5, 5}, 0);
  return result;
}

cv::Mat moved(const cv::Mat& picture, const cv::Mat& at) {
  cv::Mat result;
  move_along(picture, at, result);
  return result;
}

}  // namespace

void Drift::Tracks::step(const TruthMotion& motion) {
  const cv::Mat there = moved(motion.forth(), at);
  at += there;
  const cv::Mat back = moved(motion.back(), at);
  const cv::Rect2f inside(1, 1, static_cast<float>(at.cols - 3), static_cast<float>(at.rows - 3));
  for (int y = 0; y < at.rows; ++y)
    for (int x = 0; x < at.cols; ++x)
      if (cv::norm(there.at<cv::Vec2f>(y, x) + back.at<cv::Vec2f>(y, x)) >= 0.7 ||
          !inside.contains(cv::Point2f(at.at<cv::Vec2f>(y, x))))
        followed(y, x) = 0;
}

void Drift::add(const TruthMotion* motion, const cv::Mat& luma, double seconds, std::span<const cv::Mat> labs) {
  if (!motion) {
    tracks_.clear();
    next_ = seconds;
  }
  for (Tracks& tracks : tracks_) tracks.step(*motion);
  constexpr double rounding = 1e-6;
  if (!tracks_.empty() && seconds >= tracks_.front().seconds + length - rounding) {
    measure(tracks_.front(), luma, labs);
    tracks_.erase(tracks_.begin());
  }
  if (seconds < next_ - rounding) return;
  next_ = seconds + pause;
  Tracks& tracks = tracks_.emplace_back();
  tracks.seconds = seconds;
  tracks.luma = smooth(luma);
  for (const cv::Mat& lab : labs) tracks.labs.push_back(smooth(lab));
  tracks.at.create(luma.size(), CV_32FC2);
  for (int y = 0; y < luma.rows; ++y)
    for (int x = 0; x < luma.cols; ++x) tracks.at.at<cv::Vec2f>(y, x) = {static_cast<float>(x), static_cast<float>(y)};
  tracks.followed = cv::Mat_<uchar>::ones(luma.size());
}

void Drift::measure(const Tracks& tracks, const cv::Mat& luma, std::span<const cv::Mat> labs) {
  const cv::Mat looks_unlike = cv::abs(moved(smooth(luma), tracks.at) - tracks.luma) >= 12;  // levels of 8 bits
  const cv::Mat followed = tracks.followed & ~looks_unlike;
  const int pixels = cv::countNonZero(followed);
  if (50 * pixels < followed.rows * followed.cols) return;  // too few to speak for the film
  ++count_;
  for (std::size_t side = 0; side < labs.size(); ++side) {
    const cv::Mat now = moved(smooth(labs[side]), tracks.at);
    double drift = 0, chroma = 0;
    for (int y = 0; y < now.rows; ++y)
      for (int x = 0; x < now.cols; ++x)
        if (followed.at<uchar>(y, x)) {
          const auto& was = tracks.labs[side].at<cv::Vec3f>(y, x);
          const cv::Vec3f change = now.at<cv::Vec3f>(y, x) - was;
          drift += std::hypot(change[1], change[2]);
          chroma += std::hypot(was[1], was[2]);
        }
    drift_[side] += drift / pixels;
    chroma_[side] += chroma / pixels;
  }
}

double Drift::share(std::size_t side) const {
  return chroma_[side] > 0.1 * count_ ? drift_[side] / chroma_[side] : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace colorize::command
