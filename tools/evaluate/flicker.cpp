// SPDX-License-Identifier: LGPL-2.1-or-later
#include "flicker.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>

#include "along.h"

namespace colorize::command {

bool TruthMotion::operator()(const cv::Mat& luma) {
  const cv::Mat last = last_;
  last_ = luma.clone();
  if (last.size() != luma.size() ||
      std::min(luma.cols, luma.rows) < 12) {  // dense inverse search takes no smaller ones
    cuts_.forget();
    return false;
  }
  cv::Mat smooth, was, returned;
  back_.release();  // what lies there would be a first guess
  forth_.release();
  flow_->calc(luma, last, back_);
  flow_->calc(last, luma, forth_);
  const auto origin = [](const cv::Mat& flow) {
    cv::Mat result = flow.clone();
    for (int y = 0; y < flow.rows; ++y)
      for (int x = 0; x < flow.cols; ++x)
        result.at<cv::Vec2f>(y, x) += cv::Vec2f(static_cast<float>(x), static_cast<float>(y));
    return result;
  };
  const int side = std::max(1, luma.cols / 15);
  cv::blur(back_, smooth, {side, side});
  move_along(last, origin(smooth), was);
  if (cuts_(last, luma, was, 0.45)) return false;  // the element's default

  // The same thing looks the same, and its motion there and back cancels (Sundaram, Brox and Keutzer 2010).
  origin_ = origin(back_);
  move_along(last, origin_, was);
  move_along(forth_, origin_, returned);
  trusted_.create(luma.size(), CV_8U);
  const cv::Rect2f inside(0, 0, static_cast<float>(luma.cols - 1) + 1e-3F, static_cast<float>(luma.rows - 1) + 1e-3F);
  for (int y = 0; y < luma.rows; ++y)
    for (int x = 0; x < luma.cols; ++x) {
      const cv::Vec2f there = back_.at<cv::Vec2f>(y, x), gap = there + returned.at<cv::Vec2f>(y, x);
      trusted_.at<uchar>(y, x) = cv::norm(gap) < 0.5 + 0.05 * cv::norm(there) &&
                                 std::abs(was.at<uchar>(y, x) - luma.at<uchar>(y, x)) < 8 &&
                                 inside.contains(cv::Point2f(origin_.at<cv::Vec2f>(y, x)));
    }
  return true;
}

double TruthMotion::change(const cv::Mat& last, const cv::Mat& now) const {
  cv::Mat moved;
  move_along(last, origin_, moved);
  double sum = 0;
  int count = 0;
  for (int y = 0; y < now.rows; ++y)
    for (int x = 0; x < now.cols; ++x)
      if (trusted_.at<uchar>(y, x)) {
        const cv::Vec3f difference = moved.at<cv::Vec3f>(y, x) - now.at<cv::Vec3f>(y, x);
        sum += std::hypot(difference[1], difference[2]);
        ++count;
      }
  return 5 * count > now.rows * now.cols ? sum / count : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace colorize::command
