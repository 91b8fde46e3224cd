// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "gstcolorizeelement.h"

/* What a person says of colour in words: properties of text that are understood when they are set. While it plays, what
 * cannot be read is a warning and changes nothing, since the chain must not stop for it; before, it is an error when it
 * starts. None of these is to be called with the object lock. */

void gst_colorize_take_hints(GstColorize* self, const gchar* text);
void gst_colorize_take_palette(GstColorize* self, const gchar* text);
void gst_colorize_take_reference(GstColorize* self, const gchar* text);

/* `name`: of the property. */
void gst_colorize_take_regions(GstColorize* self, const gchar* name, const gchar* text, gchar** kept,
                               colorize::Regions* regions);

/* Whether `event` says hints, which are taken then. */
gboolean gst_colorize_hints_event(GstColorize* self, GstEvent* event);

colorize::SharedPalette gst_colorize_parse_palette(const std::string& text);

/* Throws where there are hints that this network has no place for; a neutral place needs no word to it. */
void gst_colorize_expect_hints(gboolean takes_hints, const colorize::PlacedHints& hints);
