// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trace.h"

#include <array>
#include <memory>
#include <opencv2/imgproc.hpp>
#include <utility>
#include <vector>

#include "../gst/gstcolorizehints.h"

namespace colorize::command {

KeptFrame::KeptFrame(std::int64_t its_time, const cv::Mat& lightness) : time(its_time) {
  lightness.convertTo(codes, CV_8U, 255.0 / 100);
}

cv::Mat KeptFrame::lightness() const {
  cv::Mat result;
  codes.convertTo(result, CV_32F, 100.0 / 255);
  return result;
}

void keep(KeptFrame frame, KeptFrames& frames) {
  const std::size_t bytes = frame.codes.total();
  if (!frames.empty() && frames.back().codes.size() != frame.codes.size()) frames.clear();
  frames.push_back(std::move(frame));
  while (frames.front().time < frames.back().time - longest_way || frames.size() * bytes > most_bytes_of_a_shot)
    frames.pop_front();
}

PlacedHint hint_of(const std::string& line) { return gst_colorize_parse_hints(line, FALSE)->front(); }

// Whatever it says of the place's colour.
Trace::Trace(const PlacedHint& hint, cv::Size picture)
    : hints_(std::make_shared<const std::vector<PlacedHint>>(
          1, PlacedHint{.x = hint.x, .y = hint.y, .radius = hint.radius})),
      picture_(picture) {}

std::optional<cv::Point2d> Trace::next(const Shot& shot, const cv::Mat& lightness) {
  follower_.follow(shot, lightness, picture_, hints_, -1, [](auto...) { return std::array<float, 2>(); });
  if (follower_.planes().empty() || follower_.seen() == 0) return std::nullopt;
  const cv::Moments moments = cv::moments(follower_.planes().confidence);
  if (moments.m00 == 0) return std::nullopt;
  return cv::Point2d((moments.m10 / moments.m00 + 0.5) * picture_.width / lightness.cols,
                     (moments.m01 / moments.m00 + 0.5) * picture_.height / lightness.rows);
}

}  // namespace colorize::command
