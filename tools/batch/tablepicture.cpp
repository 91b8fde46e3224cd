// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tablepicture.h"

#include <opencv2/imgproc.hpp>
#include <vector>

#include "common/failure.h"
#include "common/pipeline.h"
#include "common/pixels.h"
#include "film/glimpse.h"
#include "still/still.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr int side = 200;  // the longer one, pixels

cv::Mat small(GstSample* picture, const std::string& direction, const std::stop_token& stop) {
  const std::string most = std::to_string(side);
  const Element pipeline =
      parse_pipeline("appsrc name=source ! videoflip video-direction=" + direction +
                     " ! videoconvert ! videoscale add-borders=false ! video/x-raw,width=[1," + most + "],height=[1," +
                     most + "],pixel-aspect-ratio=1/1 ! videoconvert ! video/x-raw,format=RGB ! appsink name=sink");
  const Sample sample = convert(pipeline.get(), gst_sample_get_buffer(picture), gst_sample_get_caps(picture), stop);
  return rgb_of(sample.get());
}

cv::Mat small_still(const fs::path& file, const std::stop_token& stop) {
  const Upright still = decode_still(file, stop);
  return small(still.picture.get(), still.direction, stop);
}

/// A picture of a shot in the midst of a film.
Glimpse midst_of(const fs::path& film, const std::stop_token& stop) {
  constexpr std::size_t most = 5;
  std::vector<Glimpse> shots = glimpses_of_shots(film, most, side, stop);
  if (shots.empty()) throw Failure("there is nothing to be seen in its pictures");
  return std::move(shots[shots.size() / 2]);
}

/// Before, and after it where that is made.
std::vector<cv::Mat> pictures_of(const Job& job, bool is_made, const Choices& choices, const std::stop_token& stop) {
  if (job.still) {
    std::vector<cv::Mat> pictures{small_still(job.input, stop)};
    if (is_made) pictures.push_back(small_still(job.output, stop));
    return pictures;
  }
  if (!is_made) return {rgb_of(midst_of(job.input, stop).picture.get())};
  const Glimpse after = midst_of(job.output, stop);
  const std::int64_t start = choices.range ? choices.range->start + Range::rounding : 0;
  const Glimpse before = glimpse_at(job.input, start + after.time, stop);
  return {small(before.picture.get(), "identity", stop), rgb_of(after.picture.get())};
}

}  // namespace

void write_table_picture(const Job& job, bool is_made, const Choices& choices, const fs::path& file,
                         const std::stop_token& stop) {
  std::vector<cv::Mat> pictures = pictures_of(job, is_made, choices, stop);
  const int height = pictures.front().rows;
  for (cv::Mat& picture : pictures)
    if (picture.rows != height) {
      const int width = std::max(1, picture.cols * height / picture.rows);
      cv::resize(picture.clone(), picture, {width, height}, 0, 0, cv::INTER_AREA);
    }
  cv::Mat both;
  cv::hconcat(pictures, both);
  const Choices of_picture{.quality = 80};
  write_picture(both, file, of_picture, is_made && !choices.to_gray, stop);
}

}  // namespace colorize::command
