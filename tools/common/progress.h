// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "made.h"

namespace colorize::command {

/// What the user should know although the job goes on, e.g. that a track could not be kept.
struct Remark {
  std::string code;  ///< a word for programs that says of what kind it is; docs/progress.md has all
  std::string text;
};

/// Is told how far a job has come; may be called from any thread, at any rate.
class Progress {
 public:
  virtual ~Progress() = default;

  /// `position` of `duration` (any unit, 0: not known) is done, after `frames` frames of this run.
  virtual void at(double position, double duration, std::uint64_t frames) = 0;

  virtual void remark(const Remark& remark) = 0;

  /// A film's piece `number`, from 1 on, of so many is whole, and can be read from `file` until the film is.
  virtual void piece(std::size_t number, std::size_t pieces, const std::filesystem::path& file) = 0;

  /// The result is whole, and about to get its name. What this throws keeps it from that.
  virtual void made(const Made&) {}
};

}  // namespace colorize::command
