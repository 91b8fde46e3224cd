// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "frame.h"

namespace colorize {

/// Writes a gray picture into a colour one of the same size and depth, 8 or 16 bits, without colour. Where the ranges
/// are equal Y' is copied bit for bit; RGB's fourth byte, where there is one, becomes 255 (opaque).
void write_neutral(const Frame& gray, const Frame& colour);

}  // namespace colorize
