// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pixels.h"

#include "mapped.h"

namespace colorize::command {

cv::Mat rgb_of(GstSample* picture) {
  GstVideoInfo info;
  gst_video_info_from_caps(&info, gst_sample_get_caps(picture));
  const Mapped mapped(gst_sample_get_buffer(picture), info, GST_MAP_READ, "a picture cannot be mapped");
  return cv::Mat(info.height, info.width, CV_8UC3, GST_VIDEO_FRAME_PLANE_DATA(&mapped.frame, 0),
                 static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&mapped.frame, 0)))
      .clone();
}

}  // namespace colorize::command
