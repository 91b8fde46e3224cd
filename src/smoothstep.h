// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <algorithm>

namespace colorize {

/// From 0 to 1 while `x` does, without a kink at either end, and so beyond.
template <typename T>
T smoothstep(T x) {
  x = std::clamp(x, T(0), T(1));
  return x * x * (3 - 2 * x);
}

}  // namespace colorize
