// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "common/claim.h"
#include "common/mapped.h"
#include "common/pixels.h"
#include "common/properties.h"
#include "common/words.h"
#include "film/followedhints.h"
#include "film/glimpse.h"
#include "preview.h"
#include "still/still.h"

namespace colorize::command {

namespace {

/// A recording may change its form on the way: those of others stand in the first one's, with black borders.
void bring_into_one_form(std::vector<Glimpse>& glimpses) {
  const Caps caps(gst_caps_ref(gst_sample_get_caps(glimpses.front().picture.get())));
  GstVideoInfo info;
  gst_video_info_from_caps(&info, caps.get());
  for (Glimpse& glimpse : glimpses) {
    const cv::Mat pixels = rgb_of(glimpse.picture.get());
    if (pixels.cols == info.width && pixels.rows == info.height) continue;
    const double factor =
        std::min(static_cast<double>(info.width) / pixels.cols, static_cast<double>(info.height) / pixels.rows);
    cv::Mat fitted;
    cv::resize(pixels, fitted,
               {std::clamp(static_cast<int>(std::lround(pixels.cols * factor)), 1, info.width),
                std::clamp(static_cast<int>(std::lround(pixels.rows * factor)), 1, info.height)},
               0, 0, cv::INTER_AREA);
    const Buffer buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
    gst_buffer_memset(buffer.get(), 0, 0, info.size);
    const Mapped mapped(buffer.get(), info, GST_MAP_WRITE, "a picture cannot be mapped");
    cv::Mat whole(info.height, info.width, CV_8UC3, GST_VIDEO_FRAME_PLANE_DATA(&mapped.frame, 0),
                  static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped.frame, 0)));
    const cv::Point corner((info.width - fitted.cols) / 2, (info.height - fitted.rows) / 2);
    fitted.copyTo(whole(cv::Rect(corner, fitted.size())));
    glimpse.picture.reset(gst_sample_new(buffer.get(), caps.get(), nullptr, nullptr));
  }
}

/// What colorize makes of a picture by itself. `comment`: see listen().
cv::Mat coloured(const Glimpse& glimpse, const Properties& properties, std::string& comment,
                 const std::stop_token& stop) {
  const Element pipeline =
      parse_pipeline("appsrc name=source ! colorize name=colorize ! video/x-raw,format=RGB ! appsink name=sink");
  GstElement* const colorize = element_of(pipeline.get(), "colorize");
  listen(colorize, comment);
  set_properties(colorize, properties);
  GstSample* const picture = glimpse.picture.get();
  return rgb_of(convert(pipeline.get(), gst_sample_get_buffer(picture), gst_sample_get_caps(picture), stop).get());
}

constexpr int gap = 8, line = 22;  // between pairs, and for their times

/// Columns of pairs so that the sheet is about as wide as it is high, at most as many as fit a screen.
cv::Size columns_and_rows(int count, cv::Size pair) {
  const double share = static_cast<double>(pair.height + line + gap) / (pair.width + gap);
  const int columns = std::clamp(static_cast<int>(std::lround(std::sqrt(count * share * 1.3))), 1, 4);
  return {columns, (count + columns - 1) / columns};
}

cv::Mat sheet_of(const std::vector<Glimpse>& glimpses, const std::vector<cv::Mat>& after) {
  const cv::Size picture = after.front().size(), pair(2 * picture.width, picture.height);
  const cv::Size places = columns_and_rows(static_cast<int>(glimpses.size()), pair);
  const cv::Size place(pair.width + gap, pair.height + line + gap);
  cv::Mat sheet(places.height * place.height + gap, places.width * place.width + gap, CV_8UC3, cv::Scalar::all(32));
  for (std::size_t i = 0; i < glimpses.size(); ++i) {
    const int number = static_cast<int>(i);
    const cv::Point corner(gap + number % places.width * place.width, gap + number / places.width * place.height);
    rgb_of(glimpses[i].picture.get()).copyTo(sheet(cv::Rect(corner, picture)));
    after[i].copyTo(sheet(cv::Rect(corner + cv::Point(picture.width, 0), picture)));
    const std::string time = clock_time(std::floor(static_cast<double>(glimpses[i].time) / GST_SECOND));
    cv::putText(sheet, time, corner + cv::Point(2, pair.height + line - 6), cv::FONT_HERSHEY_SIMPLEX, 0.5,
                cv::Scalar::all(224), 1, cv::LINE_AA);
  }
  return sheet;
}

}  // namespace

void write_sheet(const std::filesystem::path& film, const std::filesystem::path& output, const Choices& choices,
                 Progress& progress, const std::stop_token& stop) {
  constexpr std::size_t most = 40;
  constexpr int side = 256;
  check_still_name(output);
  std::vector<Glimpse> glimpses = glimpses_of_shots(film, most, side, stop);
  if (glimpses.empty()) throw Failure("there is nothing to be seen in its pictures");
  bring_into_one_form(glimpses);
  std::vector<std::int64_t> times;
  for (const Glimpse& glimpse : glimpses) times.push_back(glimpse.time);
  const std::vector<Properties> properties = properties_of_pictures(film, choices.properties, times, stop);
  std::string comment;
  std::vector<cv::Mat> after;
  for (std::size_t i = 0; i < glimpses.size(); ++i) {
    progress.at(static_cast<double>(i), static_cast<double>(glimpses.size()), i);
    after.push_back(coloured(glimpses[i], properties[i], comment, stop));
  }
  const cv::Mat sheet = sheet_of(glimpses, after);
  write_picture(sheet, output, choices, !comment.empty(), stop);
  progress.at(1, 1, glimpses.size());
}

}  // namespace colorize::command
