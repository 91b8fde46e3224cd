// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace colorize::command {

/// Keeps other processes out as long as it lives, on this machine and on others that share its storage: a file that
/// says who has it, and in which a number grows. It asks nothing of the file system but that a file is made once; locks
/// of network file systems may be missing, or be those of one machine. Whoever finds it waits for the number to change,
/// by his own clock alone: clocks of two machines are never compared. It may be lost while its holder lives, as where a
/// network stands still: then two do the same work, and must not harm each other by it.
class Lease {
 public:
  /// How often the number grows, and after what time without that it is nobody's any more.
  struct Times {
    std::chrono::milliseconds beat{10'000}, stale{90'000};
  };

  /// Waits until nobody else has the lease in `file`. Throws Failure, or Interrupted.
  Lease(const std::filesystem::path& file, const std::stop_token& stop, Times times);
  Lease(const std::filesystem::path& file, const std::stop_token& stop) : Lease(file, stop, Times{}) {}
  ~Lease();
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Hexadecimal digits that no other lease has.
  const std::string& token() const { return token_; }

 private:
  bool take();
  void keep(const std::stop_token& stop, std::chrono::milliseconds beat) const;

  std::filesystem::path file_;
  std::string token_;
  int descriptor_ = -1;
  std::jthread beating_;
};

/// What time it is in a folder by the file system, which gives its files their times: no clock of a machine that looks.
/// Nothing where no file can be made there.
std::optional<std::filesystem::file_time_type> time_in(const std::filesystem::path& folder);

/// Whether the number in a lease has not grown, by time_in() its folder, for so long that it is nobody's any more. Who
/// would have it watches it for that long instead, since a file system may tell of a change late; who looks once, as
/// `status` does, has but this.
bool is_silent(const std::filesystem::path& file, std::filesystem::file_time_type now);

/// Who holds the lease in a file, for people; empty where nobody has it, as far as this machine can tell at once.
std::string holder_of_lease(const std::filesystem::path& file);

}  // namespace colorize::command
