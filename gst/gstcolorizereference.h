// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "colourreference.h"

/// What the property `reference` says.
struct GstColorizeReference {
  colorize::References pictures; /* or null */
  bool own = false;              /* the film's own counts */
};

/* Reads the pictures that `text` names: in each line `own`, `none`, a picture or a folder of them. Takes seconds for
 * many. Throws colorize::Error, which names the file and what to do. */
GstColorizeReference gst_colorize_read_reference(const std::string& text);
