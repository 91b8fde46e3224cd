// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>

namespace colorize::command {

/// The way between a viewer and its page: lines come in by the standard input, messages go out by the standard output.
/// A message is its length (four bytes, big endian, of all that follows), one byte that names its kind, and its parts.
/// One of these lives as long as the process, which ends when the standard input does: the page has gone.
class Wire {
 public:
  Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  /// Waits until whoever listens has taken it.
  void send(char kind, std::initializer_list<std::string_view> parts) const;

  /// Waits for a line or wake(), at most as long.
  void wait(std::chrono::milliseconds most);
  /// Ends wait(), from any thread.
  void wake();

  /// The first line that has come and is not taken yet; empty where there is none.
  std::string first() const;
  void take_first();

 private:
  void read();

  int output_;
  mutable std::mutex mutex_;
  std::condition_variable change_;
  std::deque<std::string> lines_;
  bool woken_ = false;
};

/// A number as messages have it.
std::string four_bytes(std::size_t number);

}  // namespace colorize::command
