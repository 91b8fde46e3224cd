// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

#include "region.h"

/* The regions of a text, one a line: a JSON object; a rectangle such as 10%,10%,50%,20% (x, y, width, height); "roi",
 * or "roi:TYPE", for what GstVideoRegionOfInterestMeta says of each frame; or the name of a file, which is a mask where
 * it is a picture, or has such lines. Keys of an object: "rectangle" ([x, y, width, height]), "polygon" ([[x, y],
 * ...]), "mask" (a picture's name, or its bytes as a data: URL in base64) or "roi" (a type, or ""), of which it has
 * one; "soft" (width of the edge: pixels, with % of the width; masks have none), "time" and "end" (seconds of the
 * stream), "moves" (true or false). `name` is the property's. Throws colorize::Error (settings or not_found) that names
 * line and key. */
colorize::Regions gst_colorize_parse_regions(const std::string& text, const std::string& name);

/* The same with what detectors said of the buffer, for one frame. */
colorize::Regions gst_colorize_fill_regions(const colorize::Regions& regions, GstBuffer* buffer);
