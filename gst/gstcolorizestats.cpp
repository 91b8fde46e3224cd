// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizestats.h"

#include <opencv2/core.hpp>

#include "inference.h"

GstStructure* gst_colorize_stats(const colorize::Stats& stats, guint64 late) {
  return gst_structure_new(
      "colorize-stats", "frames", G_TYPE_UINT64, stats.frames, "inferences", G_TYPE_UINT64, stats.predict.times,
      "skipped", G_TYPE_UINT64, stats.skipped, "late", G_TYPE_UINT64, late, "cuts", G_TYPE_UINT64, stats.cuts,
      "colour-age-frames", G_TYPE_INT64, stats.age_frames, "colour-age", G_TYPE_INT64, stats.age_time, /* */
      "see-mean", G_TYPE_DOUBLE, stats.see.mean_ms(), "see-worst", G_TYPE_DOUBLE, stats.see.worst_ms,  /* */
      "predict-mean", G_TYPE_DOUBLE, stats.predict.mean_ms(), "predict-worst", G_TYPE_DOUBLE, stats.predict.worst_ms,
      "paint-mean", G_TYPE_DOUBLE, stats.paint.mean_ms(), "paint-worst", G_TYPE_DOUBLE, stats.paint.worst_ms, "engine",
      G_TYPE_STRING, colorize::inference::library().c_str(), "threads", G_TYPE_INT, cv::getNumThreads(), NULL);
}
