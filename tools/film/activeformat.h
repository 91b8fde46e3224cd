// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "libav.h"

namespace colorize::command {

/// Whether inside a packet of pictures lies which part of them is to be shown: the active format (AFD, SMPTE ST 2016-1)
/// or bar data, in the user data of MPEG-2 or in a message after ITU-T T.35.
bool has_active_format(const AVPacket& packet);

}  // namespace colorize::command
