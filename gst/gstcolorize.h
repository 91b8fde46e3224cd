// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/gstvideofilter.h>

G_BEGIN_DECLS

#define GST_TYPE_COLORIZE (gst_colorize_get_type())
G_DECLARE_FINAL_TYPE(GstColorize, gst_colorize, GST, COLORIZE, GstVideoFilter)

GST_ELEMENT_REGISTER_DECLARE(colorize)

GST_DEBUG_CATEGORY_EXTERN(colorize_debug);

G_END_DECLS
