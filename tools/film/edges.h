// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "encoders.h"

namespace colorize::command {

/// What a side becomes that has to be a multiple of something.
int filled_up(int side, int multiple);

/// Of pictures whose sides the encoder does not take, the last columns and rows (of either field) pass the pad once
/// more, until it does. Others pass as they are.
void repeat_edges(GstPad* pad, const Encoder& encoder);

}  // namespace colorize::command
