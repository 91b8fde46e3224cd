// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cmath>

#include "check.h"
#include "picture.h"
#include "targets.h"
#include "trust.h"

namespace {

/// Numbers that are as random as they are the same in every run, from `low` to `high`.
cv::Mat motion_of(cv::Size size, int seed, float low, float high) {
  cv::Mat motion(size, CV_32FC2);
  const auto number = [&](int x, int y, int part) {
    return low + (high - low) * static_cast<float>(noise(x, y, 2 * seed + part)) / 255;
  };
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) motion.at<cv::Vec2f>(y, x) = {number(x, y, 0), number(x, y, 1)};
  return motion;
}
cv::Mat codes_of(cv::Size size, int seed) {
  cv::Mat codes(size, CV_8U);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      codes.at<std::uint8_t>(y, x) = static_cast<std::uint8_t>(noise(x, y, seed) / 6);
  return codes;
}

/// Pixel by pixel, as it is defined.
float trust_at(const cv::Mat& back, const cv::Mat& origin, const cv::Mat& returned, const cv::Mat& was,
               const cv::Mat& is, int x, int y) {
  constexpr int reach = 4;
  const auto certain = [](float doubt) { return std::min(std::max(2 - doubt, 0.0F), 1.0F); };
  const auto here = back.at<cv::Vec2f>(y, x), gap = here + returned.at<cv::Vec2f>(y, x);
  const float strayed = std::sqrt(gap.dot(gap)) / (1 + 0.05F * std::sqrt(here.dot(here)));
  const float unlike = std::abs(static_cast<float>(was.at<std::uint8_t>(y, x) - is.at<std::uint8_t>(y, x))) / 16;
  const float uncovered =
      back.at<cv::Vec2f>(y, std::max(x - reach, 0))[0] - back.at<cv::Vec2f>(y, std::min(x + reach, is.cols - 1))[0] +
      back.at<cv::Vec2f>(std::max(y - reach, 0), x)[1] - back.at<cv::Vec2f>(std::min(y + reach, is.rows - 1), x)[1];
  const auto from = origin.at<cv::Vec2f>(y, x);
  const bool inside = from[0] >= 0 && from[1] >= 0 && from[0] <= static_cast<float>(is.cols - 1) &&
                      from[1] <= static_cast<float>(is.rows - 1);
  return inside ? certain(strayed) * certain(unlike) * certain(uncovered + 0.5F) : 0;
}

}  // namespace

static void test_every_processor_trusts_alike() {
  on_every_target([](const char* target) {
    for (const cv::Size size :
         {cv::Size(1, 1), cv::Size(3, 5), cv::Size(8, 8), cv::Size(9, 2), cv::Size(15, 3), cv::Size(16, 9),
          cv::Size(23, 4), cv::Size(24, 4), cv::Size(25, 30), cv::Size(224, 12)}) {
      const cv::Mat back = motion_of(size, 1, -0.7F, 0.7F), returned = motion_of(size, 2, -0.7F, 0.7F);
      const cv::Mat origin = motion_of(size, 3, -1, static_cast<float>(std::max(size.width, size.height)) * 1.1F);
      const cv::Mat was = codes_of(size, 11), is = codes_of(size, 12);
      cv::Mat trust;
      colorize::judge_motion(back, origin, returned, was, is, trust);
      double sum = 0;
      for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x) {
          const float wanted = trust_at(back, origin, returned, was, is, x, y);
          expect(trust.at<float>(y, x) == wanted, "%s: %dx%d at %d, %d: %.9g, not %.9g", target, size.width,
                 size.height, x, y, trust.at<float>(y, x), wanted);
          sum += wanted;
        }
      const double mean = sum / size.area();
      expect(size.area() < 100 || (mean > 0.01 && mean < 0.95), "nothing to tell apart: %g", mean);
    }
  });
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/trust/alike", test_every_processor_trusts_alike);
  return g_test_run();
}
