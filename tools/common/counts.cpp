// SPDX-License-Identifier: LGPL-2.1-or-later
#include "counts.h"

#include "owned.h"

namespace colorize::command {

Counts counts_of(GstElement* colorize) {
  Owned<GstStructure> stats;
  g_object_get(colorize, "stats", static_cast<GstStructure**>(out(stats)), nullptr);
  guint64 coloured = 0, cuts = 0;
  if (stats)
    gst_structure_get(stats.get(), "coloured", G_TYPE_UINT64, &coloured, "cuts", G_TYPE_UINT64, &cuts, nullptr);
  return {coloured, cuts};
}

}  // namespace colorize::command
