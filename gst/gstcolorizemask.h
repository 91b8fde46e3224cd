// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <string>

/* The gray of a picture in any format that GStreamer's elements here decode, CV_8U. Throws colorize::Error (settings)
 * that begins with `where`. */
cv::Mat gst_colorize_decode_mask(const std::string& bytes, const std::string& where);
