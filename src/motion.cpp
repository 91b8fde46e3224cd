// SPDX-License-Identifier: LGPL-2.1-or-later
#include "motion.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "along.h"
#include "parallel.h"
#include "trust.h"

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

cv::Ptr<cv::DISOpticalFlow> make_flow() {
  auto flow = cv::DISOpticalFlow::create(cv::DISOpticalFlow::PRESET_ULTRAFAST);
  // Half the size instead of a quarter makes colour twice as steady, and pays for it by fewer iterations.
  flow->setFinestScale(finest_scale);
  flow->setGradientDescentIterations(4);
  return flow;
}

}  // namespace

void Motion::estimate(const cv::Mat& last, const cv::Mat& now) {
  // DIS adapts itself to a small picture and never back.
  if (!flow_back_ || now.size() != origin_.size()) {
    flow_back_ = make_flow();
    flow_back_->setVariationalRefinementIterations(1);
    // Good enough to tell whether the other one holds.
    flow_forth_ = make_flow();
    flow_forth_->setVariationalRefinementIterations(0);
    // Of a smaller picture DIS chooses its scales by the width alone, and then reads patches that are higher than what
    // is left of the picture at the coarsest: OpenCV's crash, from 40x15 to 1024x12.
    smallest_ = flow_back_->getPatchSize() << finest_scale;
  }
  // It takes what lies in these as a first guess and remembers it for ever when it is wrong.
  back_.release();
  forth_.release();
  if (std::min(now.cols, now.rows) >= smallest_) {
    parallel_rows(2, 2, [&](int way, int, int) {
      if (way == 0)
        flow_back_->calc(now, last, back_);
      else
        flow_forth_->calc(last, now, forth_);
    });
  } else {
    back_ = cv::Mat::zeros(now.size(), CV_32FC2);
    forth_ = cv::Mat::zeros(now.size(), CV_32FC2);
  }

  const int side = std::max(1, now.cols / 15);
  constexpr double unit = 1 / 32.0;  // pixels: sums of whole numbers are made in half the time
  back_.convertTo(whole_, CV_16S, 1 / unit);
  cv::boxFilter(whole_, smooth_, CV_32F, {side, side});
  smooth_.convertTo(smooth_, CV_32F, unit);
  origin_of(smooth_, smooth_);
  move_along(last, smooth_, moved_);

  origin_of(back_, origin_);
  move_along(last, origin_, was_);
  move_along(forth_, origin_, returned_);

  judge_motion(back_, origin_, returned_, was_, now, trust_);
}

}  // namespace colorize
