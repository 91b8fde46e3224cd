// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace colorize::command {

/// The file that some thread of this process waits for; nothing where none does.
std::optional<std::string> file_awaited();

/// Notices, while one waits for a pipeline, that nothing happens any more: no thread of this process works, and none
/// waits for a file. A slow disk or network is no error.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::milliseconds patience = std::chrono::seconds(15));

  /// To be called now and then. Throws Failure where nothing has happened for as long as the patience lasts. Where a
  /// file has let wait for that long, remarks on it, once.
  void look();

 private:
  using Clock = std::chrono::steady_clock;

  std::chrono::milliseconds patience_;
  Clock::time_point last_ = Clock::now();
  std::chrono::microseconds worked_;
  std::chrono::milliseconds still_{0}, waiting_{0};
  bool said_ = false;
};

}  // namespace colorize::command
