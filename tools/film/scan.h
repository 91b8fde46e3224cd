// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "survey.h"

namespace colorize::command {

/// Whether pictures say by themselves whether they are interlaced, each of them. What their container says of all of
/// them is often wrong then, and decoders of ours would believe it.
bool tells_scan(const GstCaps* caps);

/// The caps of such pictures without what their container says.
Caps without_told_scan(const GstCaps* caps);

/// Whether each picture may be interlaced or not, and its parser does not say so; decoders say it when it is so.
bool may_be_mixed(const Track& track);

/// Whether caps tell of interlaced pictures, and are to be believed.
bool tells_fields(const GstCaps* caps);

/// Whether all pictures are whole, for sure.
bool is_progressive(const Track& track);

}  // namespace colorize::command
