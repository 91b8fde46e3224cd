// SPDX-License-Identifier: LGPL-2.1-or-later
#include "motion.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace colorize {

namespace {

constexpr int finest_scale = 1;  // half the size

/// Where each pixel was, of how it moved since.
void origin_of(const cv::Mat& back, cv::Mat& origin) {
  origin.create(back.size(), CV_32FC2);
  for (int y = 0; y < back.rows; ++y) {
    const auto* from = back.ptr<cv::Vec2f>(y);
    auto* to = origin.ptr<cv::Vec2f>(y);
    for (int x = 0; x < back.cols; ++x) to[x] = from[x] + cv::Vec2f(static_cast<float>(x), static_cast<float>(y));
  }
}

}  // namespace

void Motion::estimate(const cv::Mat& last, const cv::Mat& now) {
  // DIS adapts itself to a small picture and never back.
  if (!flow_ || now.size() != origin_.size()) {
    flow_ = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST);
    // Half the size instead of a quarter makes colour twice as steady, and pays for it by fewer iterations.
    flow_->setFinestScale(finest_scale);
    // Of a smaller picture DIS chooses its scales by the width alone, and then reads patches that are higher than what
    // is left of the picture at the coarsest: OpenCV's crash, from 40x15 to 1024x12.
    smallest_ = flow_->getPatchSize() << finest_scale;
    flow_->setGradientDescentIterations(4);
    flow_->setVariationalRefinementIterations(1);
  }
  // It takes what lies in these as a first guess and remembers it for ever when it is wrong.
  back_.release();
  forth_.release();
  if (std::min(now.cols, now.rows) >= smallest_) {
    flow_->calc(now, last, back_);
    flow_->calc(last, now, forth_);
  } else {
    back_ = cv::Mat::zeros(now.size(), CV_32FC2);
    forth_ = cv::Mat::zeros(now.size(), CV_32FC2);
  }

  const int side = std::max(1, now.cols / 15);
  cv::blur(back_, smooth_, {side, side});
  origin_of(smooth_, smooth_);
  move_along(last, smooth_, moved_);

  origin_of(back_, origin_);
  move_along(last, origin_, was_);
  move_along(forth_, origin_, returned_);

  // The same thing looks the same, and its motion there and back cancels (Sundaram, Brox and Keutzer 2010). Flow is
  // smooth, so behind a thing that moves slowly both may hold for ground that has only just been uncovered. There flow
  // diverges.
  trust_.create(now.size(), CV_32F);
  const auto certain = [](float doubt) { return std::clamp(2 - doubt, 0.0F, 1.0F); };
  constexpr int reach = 4;
  for (int y = 0; y < now.rows; ++y) {
    const auto *back = back_.ptr<cv::Vec2f>(y), *returned = returned_.ptr<cv::Vec2f>(y);
    const auto* above = back_.ptr<cv::Vec2f>(std::max(y - reach, 0));
    const auto* below = back_.ptr<cv::Vec2f>(std::min(y + reach, now.rows - 1));
    const auto* origin = origin_.ptr<cv::Vec2f>(y);
    const auto *was = was_.ptr(y), *is = now.ptr(y);
    auto* trust = trust_.ptr<float>(y);
    for (int x = 0; x < now.cols; ++x) {
      const cv::Vec2f gap = back[x] + returned[x];
      const float strayed = std::sqrt(gap.dot(gap)) / (1 + 0.05F * std::sqrt(back[x].dot(back[x])));
      const float unlike = std::abs(static_cast<float>(was[x]) - static_cast<float>(is[x])) * (1 / 16.0F);
      const float uncovered =  // pixels, over twice the reach
          back[std::max(x - reach, 0)][0] - back[std::min(x + reach, now.cols - 1)][0] + above[x][1] - below[x][1];
      const bool inside = origin[x][0] >= 0 && origin[x][1] >= 0 && origin[x][0] <= static_cast<float>(now.cols - 1) &&
                          origin[x][1] <= static_cast<float>(now.rows - 1);
      trust[x] = inside ? certain(strayed) * certain(unlike) * certain(uncovered + 0.5F) : 0;
    }
  }
}

void move_along(const cv::Mat& plane, const cv::Mat& origin, cv::Mat& result) {
  cv::remap(plane, result, origin, cv::noArray(), cv::INTER_LINEAR, cv::BORDER_REPLICATE);
}

}  // namespace colorize
