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
#include "common/watchdog.h"
#include "common/words.h"
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

/// What colorize makes of pictures of one size that have nothing to do with each other. `comment`: see listen().
std::vector<cv::Mat> coloured(const std::vector<Glimpse>& glimpses, const Choices& choices, std::string& comment,
                              const std::stop_token& stop) {
  const Element pipeline = parse_pipeline(
      "appsrc name=source format=time ! colorize name=colorize ! video/x-raw,format=RGB ! appsink name=sink "
      "sync=false");
  GstElement* const source = element_of(pipeline.get(), "source");
  GstElement* const colorize = element_of(pipeline.get(), "colorize");
  listen(colorize, comment);
  set_properties(colorize, choices.properties);
  g_object_set(source, "caps", gst_sample_get_caps(glimpses.front().picture.get()), nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);  // before that appsrc takes nothing
  GstFlowReturn flow = GST_FLOW_OK;
  for (std::size_t i = 0; i < glimpses.size(); ++i) {
    const Buffer picture(gst_buffer_copy(gst_sample_get_buffer(glimpses[i].picture.get())));
    GST_BUFFER_PTS(picture.get()) = static_cast<GstClockTime>(glimpses[i].time);
    GST_BUFFER_FLAG_SET(picture.get(), GST_BUFFER_FLAG_DISCONT);
    g_signal_emit_by_name(source, "push-buffer", picture.get(), &flow);
  }
  g_signal_emit_by_name(source, "end-of-stream", &flow);
  const Playing playing(pipeline.get(), stop);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  std::vector<cv::Mat> pictures;
  Watchdog watchdog;
  while (pictures.size() < glimpses.size()) {
    watchdog.look();
    GstSample* sample = nullptr;
    g_signal_emit_by_name(element_of(pipeline.get(), "sink"), "try-pull-sample",
                          static_cast<guint64>(100 * GST_MSECOND), &sample);
    check(pipeline.get(), stop);
    if (sample) pictures.push_back(rgb_of(Sample(sample).get()));
  }
  return pictures;
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
  progress.at(0, static_cast<double>(glimpses.size()), 0);
  std::string comment;
  const cv::Mat sheet = sheet_of(glimpses, coloured(glimpses, choices, comment, stop));
  write_picture(sheet, output, choices, !comment.empty(), stop);
  progress.at(1, 1, glimpses.size());
}

}  // namespace colorize::command
