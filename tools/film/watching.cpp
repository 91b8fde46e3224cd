// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watching.h"

#include <gst/video/video.h>

#include <algorithm>
#include <utility>

#include "common/mapped.h"

namespace colorize::command {

Watching::Watching(const std::filesystem::path& film, double scene_threshold, const Tell& tell,
                   const std::stop_token& stop)
    : decoding_(film, "videoconvert dither=none ! video/x-raw,format=GRAY8 ! ", tell, stop),
      scene_threshold_(scene_threshold) {}

void Watching::begin(std::int64_t time) {
  const std::int64_t from = std::max<std::int64_t>(0, time + decoding_.delay());
  is_beginning_ = from == 0;
  decoding_.begin(from);
}

std::optional<WatchedFrame> Watching::next() {
  constexpr int side = 224;  // pixels, the long one
  std::optional<Glimpse> glimpse = decoding_.next();
  if (!glimpse) return std::nullopt;
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(glimpse->picture.get()));
  const Mapped mapped(gst_sample_get_buffer(glimpse->picture.get()), info, GST_MAP_READ, "a picture cannot be mapped");
  Frame frame;
  frame.width = info.width;
  frame.height = info.height;
  frame.components[0] = {static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&mapped.frame, 0)),
                         GST_VIDEO_FRAME_PLANE_STRIDE(&mapped.frame, 0), 1, info.width, info.height};
  const double scale = static_cast<double>(side) / std::max(info.width, info.height);
  const cv::Mat& seen =
      lightness_.measure(frame, {std::max(1, cvRound(info.width * scale)), std::max(1, cvRound(info.height * scale))});
  const bool is_first = std::exchange(is_beginning_, false);
  return WatchedFrame{.time = glimpse->time - decoding_.delay(),  // hints are of the stream's time
                      .picture = std::move(glimpse->picture),
                      .size = {info.width, info.height},
                      .lightness = seen,
                      .begins_scene = shot_.see(seen, scene_threshold_) || is_first};
}

}  // namespace colorize::command
