// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include "stats.h"

/* What the property "stats" and the message "colorize-stats" say; `late`: how many frames downstream called so. */
GstStructure* gst_colorize_stats(const colorize::Stats& stats, guint64 late);
