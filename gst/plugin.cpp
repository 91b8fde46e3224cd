// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorize.h"

static gboolean plugin_init(GstPlugin* plugin) { return GST_ELEMENT_REGISTER(colorize, plugin); }

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, colorize, "Gives monochrome video its colour", plugin_init,
                  COLORIZE_VERSION, "LGPL", PACKAGE, GST_PACKAGE_ORIGIN)
