// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/progress.h"
#include "jobs.h"
#include "options.h"

namespace colorize::command {

/// How far a job is.
struct Status {
  double position = 0, duration = 0;  ///< of any unit; a duration of 0 is not known
  std::uint64_t frames = 0;           ///< of this run
  double seconds = 0;                 ///< since it began
  double remaining = -1;              ///< seconds to its end; less than 0: not known
  std::string reading = {};           ///< what is read for its record, which has the position; empty: it is at work

  double fps() const { return seconds > 0 ? static_cast<double>(frames) / seconds : 0; }
  double share() const { return duration > 0 ? position / duration : 0; }
};

/// What became of a job.
enum class Outcome { done, kept, left_alone, failed, interrupted };

/// A word for programs.
const char* name_of(Outcome outcome);

struct Tally {
  std::size_t done = 0, kept = 0, left_alone = 0, failed = 0;
  bool interrupted = false;
  double seconds = 0;
};

/// Tells the user, or a program, what happens. Its functions are called one at a time.
class Reporter {
 public:
  virtual ~Reporter() = default;

  /// Seconds between two reports on the progress of a job.
  virtual double interval() const = 0;

  virtual void begin(const Job& job) = 0;
  virtual void progress(const Job& job, const Status& status) = 0;
  virtual void remark(const Job& job, const Remark& remark) = 0;
  virtual void piece(const Job& job, std::size_t number, std::size_t pieces, const std::filesystem::path& file) = 0;
  virtual void end(const Job& job, Outcome outcome, const std::string& why, const Status& status) = 0;
  /// What in folders is no job, before the first one begins.
  virtual void left_alone(const std::vector<LeftAlone>& files) = 0;
  virtual void finish(const Tally& tally) = 0;
};

/// A reporter on so many jobs.
std::unique_ptr<Reporter> make_reporter(ProgressStyle style, std::size_t jobs);
std::unique_ptr<Reporter> make_json_reporter(std::size_t jobs);

}  // namespace colorize::command
