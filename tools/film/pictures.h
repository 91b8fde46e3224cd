// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace colorize::command {

/// Every picture (planar Y'CbCr) that comes out of `element` is gray; its luma stays as it is.
void make_gray(GstElement* element);

/// The left half of every picture that comes out of `element` is as it went into `before`, or, where its caps say that
/// it is twice as wide, the left half is the whole of it, and it is itself the right half. A thin line parts the two.
void show_before(GstElement* before, GstElement* element);

}  // namespace colorize::command
