// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace colorize::command {

/// Is told how far a job has come; may be called from any thread, at any rate.
class Progress {
 public:
  virtual ~Progress() = default;

  /// `position` of `duration` (any unit, 0: not known) is done, after `frames` frames of this run.
  virtual void at(double position, double duration, std::uint64_t frames) = 0;

  /// What the user should know although the job goes on, e.g. that a track could not be kept.
  virtual void remark(const char* text) = 0;
};

}  // namespace colorize::command
