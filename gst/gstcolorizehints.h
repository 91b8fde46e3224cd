// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <string>

#include "placedhint.h"

/* The hints of JSON lines, or, where `files` is TRUE, of the files of them that a line names which begins with no
 * brace. Keys of a hint: "x" and "y" (pixels from the left upper corner; a string with % is a share of the side),
 * "colour" (#rrggbb, "gray", or "source": as it came), "radius" (pixels; with % of the width), "time" (seconds of the
 * stream; without: from the first frame of every shot on), "kind" ("colour", or "neutral", which needs no colour). Of a
 * colour its a* and b* count. Throws colorize::Error (settings or not_found) that names file, line and key. */
colorize::PlacedHints gst_colorize_parse_hints(const std::string& text, gboolean files = TRUE);
