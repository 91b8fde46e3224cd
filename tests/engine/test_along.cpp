// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cmath>

#include "along.h"
#include "check.h"
#include "edge.h"
#include "picture.h"
#include "targets.h"

namespace {

/// Between four samples, as it is defined, in double precision.
double sample_at(const cv::Mat& plane, int channel, cv::Vec2f at) {
  const double x = std::clamp<double>(at[0], 0, plane.cols - 1), y = std::clamp<double>(at[1], 0, plane.rows - 1);
  const int left = static_cast<int>(x), upper = static_cast<int>(y);
  const int right = std::min(left + 1, plane.cols - 1), lower = std::min(upper + 1, plane.rows - 1);
  const auto value = [&](int row, int column) -> double {
    return plane.ptr<float>(row)[column * plane.channels() + channel];
  };
  return std::lerp(std::lerp(value(upper, left), value(upper, right), x - left),
                   std::lerp(value(lower, left), value(lower, right), x - left), y - upper);
}

}  // namespace

static void test_planes_move_between_samples() {
  cv::Mat first;  // what the first set of instructions makes of each is what all have to
  for (const int type : {CV_32F, CV_32FC2})
    for (const cv::Size from : {cv::Size(1, 1), cv::Size(1, 7), cv::Size(2, 1), cv::Size(7, 5), cv::Size(224, 9)})
      for (const cv::Size to : {cv::Size(1, 1), cv::Size(5, 3), cv::Size(64, 2), cv::Size(65, 2), cv::Size(224, 3)}) {
        const Edge memory(from.area() * CV_ELEM_SIZE(type), true);
        cv::Mat plane(from, type, memory.data), origin(to, CV_32FC2);
        const int width = from.width * plane.channels();
        for (int i = 0; i < from.height * width; ++i)
          plane.ptr<float>()[i] = static_cast<float>(noise(i % width, i / width, 1));
        for (int y = 0; y < to.height; ++y)
          for (int x = 0; x < to.width; ++x)
            for (int axis : {0, 1})  // beyond the border too
              origin.at<cv::Vec2f>(y, x)[axis] = static_cast<float>(noise(x, y, 2 + axis)) / 200 *
                                                     static_cast<float>(axis ? from.height : from.width) -
                                                 2;
        first.release();
        Worst worst("between samples of " + std::to_string(from.width) + "x" + std::to_string(from.height));
        on_every_target([&](const char* target) {
          cv::Mat moved;
          colorize::move_along(plane, origin, moved);
          for (int y = 0; y < to.height; ++y)
            for (int x = 0; x < to.width; ++x)
              for (int c = 0; c < plane.channels(); ++c)
                worst.add(std::abs(moved.ptr<float>(y)[x * plane.channels() + c] -
                                   sample_at(plane, c, origin.at<cv::Vec2f>(y, x))));
          if (first.empty()) first = moved;
          expect(cv::norm(moved, first, cv::NORM_INF) == 0, "%s does not make the same", target);
        });
        worst.within(from.width == 1 ? 8 : 1e-3);  // OpenCV knows parts of 1/32 only
      }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/along/between-samples", test_planes_move_between_samples);
  return g_test_run();
}
