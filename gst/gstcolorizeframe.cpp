// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizeframe.h"

using colorize::Frame;

static colorize::Matrix matrix_of(GstVideoColorMatrix matrix) {
  switch (matrix) {
    case GST_VIDEO_COLOR_MATRIX_BT709:
      return colorize::Matrix::bt709;
    case GST_VIDEO_COLOR_MATRIX_BT2020:
      return colorize::Matrix::bt2020;
    default:
      return colorize::Matrix::bt601;  // also what GStreamer's converters take where the caps do not say
  }
}

Frame gst_colorize_frame_like(const GstVideoInfo* info) {
  Frame frame;
  frame.layout = GST_VIDEO_INFO_IS_GRAY(info)  ? Frame::Layout::gray
                 : GST_VIDEO_INFO_IS_YUV(info) ? Frame::Layout::yuv
                                               : Frame::Layout::rgb;
  frame.width = GST_VIDEO_INFO_WIDTH(info);
  frame.height = GST_VIDEO_INFO_HEIGHT(info);
  frame.depth = static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(info, 0));
  frame.shift = static_cast<int>(GST_VIDEO_FORMAT_INFO_SHIFT(info->finfo, 0));
  frame.matrix = matrix_of(info->colorimetry.matrix);
  frame.primaries = info->colorimetry.primaries == GST_VIDEO_COLOR_PRIMARIES_BT2020 ? colorize::Primaries::bt2020
                                                                                    : colorize::Primaries::bt709;
  frame.range =
      info->colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235 ? colorize::Range::limited : colorize::Range::full;
  frame.cosited_x = info->chroma_site & GST_VIDEO_CHROMA_SITE_H_COSITED;
  frame.cosited_y = info->chroma_site & GST_VIDEO_CHROMA_SITE_V_COSITED;
  frame.interlaced = info->interlace_mode == GST_VIDEO_INTERLACE_MODE_INTERLEAVED;
  const guint components = frame.layout == Frame::Layout::gray ? 1 : 3;
  for (guint c = 0; c < components; ++c) {
    frame.components[c].step = GST_VIDEO_INFO_COMP_PSTRIDE(info, c);
    frame.components[c].width = GST_VIDEO_INFO_COMP_WIDTH(info, c);
    frame.components[c].height = GST_VIDEO_INFO_COMP_HEIGHT(info, c);
  }
  return frame;
}

Frame gst_colorize_frame(const GstVideoFrame* mapped) {
  Frame frame = gst_colorize_frame_like(&mapped->info);
  // In a mixed stream each buffer says for itself whether it is two fields.
  frame.interlaced = GST_VIDEO_FRAME_IS_INTERLACED(mapped);
  for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(mapped) && c < 3; ++c) {
    frame.components[c].data = GST_VIDEO_FRAME_COMP_DATA(mapped, c);
    // GStreamer 1.22 says that the Cr of P010 lies one byte after its Cb.
    if (frame.depth > 8) frame.components[c].data += GST_VIDEO_FRAME_COMP_POFFSET(mapped, c) % 2;
    frame.components[c].stride = GST_VIDEO_FRAME_COMP_STRIDE(mapped, c);
  }
  return frame;
}
