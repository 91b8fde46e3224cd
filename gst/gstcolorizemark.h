// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

/* Tells downstream of `pad` that the stream's colours are predicted: by GST_TAG_COMMENT, which most muxers write, in
 * the tags of global scope, where it is appended to a comment that is there. Where there is one, the stream's own tags
 * get it too, since a muxer that has heard of the film's comment from another stream keeps to that. */
void gst_colorize_mark(GstPad* pad);

/* `event`, of tags on their way to `pad` in a stream that is coloured or certain to be: with the mark, where those that
 * they replace have it, and in a film's comment, to which muxers keep once they have heard it. Takes the event. */
GstEvent* gst_colorize_mark_event(GstPad* pad, GstEvent* event);
