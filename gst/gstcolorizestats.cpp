// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizestats.h"

#include <string>

static void gst_colorize_set_stage(GstStructure* structure, const char* name, const colorize::Stats::Stage& stage) {
  const std::string mean = name + std::string("-mean"), worst = name + std::string("-worst");
  gst_structure_set(structure, mean.c_str(), G_TYPE_DOUBLE, stage.mean_ms(), worst.c_str(), G_TYPE_DOUBLE,
                    stage.worst_ms, NULL);
}

GstStructure* gst_colorize_stats(const colorize::Stats& stats, guint64 late) {
  GstStructure* structure = gst_structure_new(
      "colorize-stats", "frames", G_TYPE_UINT64, stats.frames, "coloured", G_TYPE_UINT64, stats.coloured, "inferences",
      G_TYPE_UINT64, stats.predict.times, "skipped", G_TYPE_UINT64, stats.skipped, "late", G_TYPE_UINT64, late, "cuts",
      G_TYPE_UINT64, stats.cuts, "colour-age-frames", G_TYPE_INT64, stats.age_frames, "colour-age", G_TYPE_INT64,
      stats.age_time, NULL);
  gst_colorize_set_stage(structure, "see", stats.see);
  gst_colorize_set_stage(structure, "predict", stats.predict);
  gst_colorize_set_stage(structure, "paint", stats.paint);
  gst_structure_set(structure, "engine", G_TYPE_STRING, stats.library.c_str(), "threads", G_TYPE_INT, stats.threads,
                    NULL);
  return structure;
}
