// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>

namespace colorize {

/// Runs from its making on.
class Stopwatch {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point start_ = Clock::now();
};

}  // namespace colorize
