// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "colourreference.h"

/// What the property `reference` says.
struct GstColorizeReference {
  colorize::References pictures; /* or null */
  bool own = true;               /* the film's own counts beside them */
};

/* Reads the pictures that `text` names: in each line a picture, a folder of them, or
 * `own` or `none`, which says whether what the film showed earlier counts; it does where nothing is said. Takes seconds
 * for many. Throws colorize::Error, which names the file and what to do. */
GstColorizeReference gst_colorize_read_reference(const std::string& text);
