// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <vector>

#include "plan.h"

namespace colorize::command {

/// The one form, as caps, that all pictures of a track get which changes on its way, so that one encoder makes one
/// stream of them, wherever its pieces begin. It is that of the largest ones: the others are scaled into it, with black
/// borders, and get its colours. Its rate is the highest; times stay as they are. Null where nothing changes, or no
/// sizes are known.
Caps form_for_all(const Track& track, const Recipe& recipe);

/// What changes on a track's way, and when, and what becomes of it, for people. `form`: form_for_all(), or null.
std::vector<std::string> told_changes(const Track& track, const GstCaps* form);

/// Whether the packets of sound that changes can be heard when no header tells of it.
bool is_told_by_packets(const Track& track);

}  // namespace colorize::command
