// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

namespace colorize::command {

/// While it lives, it is told in this thread how far sha256_of() is with a file.
class ChecksumListener {
 public:
  /// How many of its bytes are read, and how many it has; at any rate.
  using Hear = std::function<void(const std::filesystem::path& file, std::uint64_t read, std::uint64_t size)>;

  explicit ChecksumListener(Hear hear);
  ~ChecksumListener();
  ChecksumListener(const ChecksumListener&) = delete;
  ChecksumListener& operator=(const ChecksumListener&) = delete;

 private:
  Hear before_;
};

/// Prints a line every 10 s, for whom nothing else tells of the work.
ChecksumListener::Hear lines_of_checksums();

/// The SHA-256 of a file in hexadecimal digits, read piece by piece. Throws Failure for what is no file or cannot be
/// read, Interrupted.
std::string sha256_of(const std::filesystem::path& path, const std::stop_token& stop);

/// The same of bytes.
std::string sha256_of_bytes(std::string_view bytes);

}  // namespace colorize::command
