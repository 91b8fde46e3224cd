// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "frame.h"

namespace colorize {

/// Which codes of Y'CbCr stand for what (BT.709-6 and BT.2100-2, clauses on digital representation).
struct Codes {
  int black, white;  ///< of Y'
  int neutral;       ///< of Cb and Cr without colour
  int chroma;        ///< codes from a Cb or Cr of -0.5 to one of 0.5
  int last;          ///< the greatest there is

  constexpr Codes(Range range, int depth)
      : black(range == Range::limited ? 16 << (depth - 8) : 0),
        white(range == Range::limited ? 235 << (depth - 8) : (1 << depth) - 1),
        neutral(128 << (depth - 8)),
        chroma(range == Range::limited ? 224 << (depth - 8) : (1 << depth) - 1),
        last((1 << depth) - 1) {}
};

}  // namespace colorize
