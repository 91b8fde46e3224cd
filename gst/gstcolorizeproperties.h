// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "gstcolorizeelement.h"

/* All other defaults are those of colorize::Settings. */
constexpr const gchar* default_reference = "own";
constexpr gboolean default_mark = TRUE, default_post_stats = FALSE;

void gst_colorize_install_properties(GObjectClass* object_class);
void gst_colorize_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec);
void gst_colorize_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec);
