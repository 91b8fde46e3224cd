// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/colorbalance.h>

#include <memory>

#include "colorizer.h"
#include "error.h"
#include "firstpass.h"
#include "gstcolorize.h"
#include "network.h"
#include "secondpass.h"
#include "settings.h"
#include "stats.h"
#include "worker.h"

#define GST_CAT_DEFAULT colorize_debug

/* The two channels of GstColorBalance, whose values are -1000..1000. */
enum { CHANNEL_HUE, CHANNEL_SATURATION, N_CHANNELS };

enum { PASS_SINGLE, PASS_FIRST, PASS_SECOND };

struct _GstColorize {
  GstVideoFilter parent;

  /* Under the object lock. */
  gchar* model;
  /* As they were given; in the settings as they were understood. */
  gchar *hints, *palette, *region, *exclude, *reference;
  gchar* pass_file;
  gint pass;
  colorize::Engine engine;
  gint inference_threads;
  colorize::Settings settings;
  gboolean mark;
  gboolean post_stats;
  colorize::Stats stats;
  gboolean plays, takes_hints; /* from start to stop; whether the network does */

  /* Under the object lock, what downstream said last: how late a frame was, by how much too slow everything is, and how
   * many were late; and the running time of the newest frame that the network was asked about. */
  GstClockTimeDiff jitter;
  gdouble proportion;
  guint64 late;
  GstClockTime predicted;

  GstColorBalanceChannel* channels[N_CHANNELS];
  GList* channel_list;

  /* Of the streaming thread: the network and who asks it beside the frames from start to stop, as the passes, the
   * colorizer while negotiated, whether downstream knows that the stream's colours are predicted, and when the stats
   * were posted. */
  std::unique_ptr<colorize::Network> network;
  std::unique_ptr<colorize::Worker> worker;
  std::unique_ptr<colorize::Colorizer> colorizer;
  std::unique_ptr<colorize::FirstPass> first_pass;
  std::unique_ptr<colorize::SecondPass> second_pass;
  gboolean marked;
  gint64 stats_posted;

  /* Set by events from any thread: the next frame does not follow the last one, or frames were lost before it. */
  gint forget, miss;
};

/* Calls into the engine, whose exceptions end here, as element errors. To be called without the object lock. Returns
 * FALSE where there was one. */
template <typename Act>
gboolean gst_colorize_try(GstColorize* self, const Act& act) {
  try {
    act();
    return TRUE;
  } catch (const colorize::Error& error) {
    switch (error.kind) {
      case colorize::Error::Kind::not_found:
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s", error.what()), (NULL));
        break;
      case colorize::Error::Kind::settings:
        GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", error.what()), (NULL));
        break;
      case colorize::Error::Kind::network:
        GST_ELEMENT_ERROR(self, LIBRARY, INIT, ("%s", error.what()), (NULL));
        break;
    }
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(self, LIBRARY, FAILED, ("Colorizing failed: %s", error.what()), (NULL));
  }
  return FALSE;
}

/* As they are just now. */
colorize::Settings gst_colorize_settings(GstColorize* self);
