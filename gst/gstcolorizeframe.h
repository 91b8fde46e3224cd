// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

#include "frame.h"

/// The engine's view of pictures with this info: layout, sizes and colour space, but no memory.
colorize::Frame gst_colorize_frame_like(const GstVideoInfo* info);

/// The engine's view of a mapped frame, valid while it stays mapped.
colorize::Frame gst_colorize_frame(const GstVideoFrame* mapped);
