// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "gstcolorizeelement.h"

/* How late frames are, by downstream's word, and what is told of that. */

GstClockTime gst_colorize_running_time(GstColorize* self, GstBuffer* buffer);

/* Posts an element message. */
void gst_colorize_post(GstColorize* self, GstStructure* structure);

/* What downstream said of other frames does not count any more. */
void gst_colorize_forget_quality(GstColorize* self);

/* Hears what downstream says of a frame. Where that is late and the network had work with it or with one after it,
 * there is something to give up before frames are: then returns TRUE, and neither the base class, which would drop
 * frames, nor upstream is to hear of it. */
gboolean gst_colorize_gives_up_quality(GstColorize* self, GstEvent* event);

/* Tells that the colour of a frame is an older one, so that the frame need not be dropped. */
void gst_colorize_post_qos(GstColorize* self, GstBuffer* buffer);

/* Once a second of the clock on the wall, with the frames. */
void gst_colorize_post_stats(GstColorize* self);
