// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

/* Which formats come in and which go out. */
void gst_colorize_add_pad_templates(GstElementClass* element_class);

/* The vfunc: what may come out for `caps`, or in. */
GstCaps* gst_colorize_transform_caps(GstBaseTransform* trans, GstPadDirection direction, GstCaps* caps,
                                     GstCaps* filter);

/* Gray becomes Y'CbCr of the same range where `colour`, fixed caps, leaves the choice, so that each luma byte stays
 * what it is. Leaves alone whatever else these are. */
void gst_colorize_keep_range(const GstCaps* gray, GstCaps* colour);

/* GStreamer 1.22 forgets the chroma-site of caps that say no colorimetry, and every version the range of those that say
 * no matrix, as H.264 has it whose colours are not described. */
void gst_colorize_complete_info(const GstCaps* caps, GstVideoInfo* info);
