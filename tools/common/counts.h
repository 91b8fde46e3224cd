// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <cstdint>

namespace colorize::command {

/// What an element `colorize` has counted since it started: frames with predicted colours, and first frames of shots.
struct Counts {
  std::uint64_t coloured = 0, cuts = 0;
};

Counts counts_of(GstElement* colorize);

}  // namespace colorize::command
