// SPDX-License-Identifier: LGPL-2.1-or-later
#include "wire.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>

#include "common/failure.h"

namespace colorize::command {

constexpr std::size_t most_lines = 256, longest_line = 1 << 18;

Wire::Wire() : output_(dup(STDOUT_FILENO)) {
  dup2(STDERR_FILENO, STDOUT_FILENO);  // what a library prints goes elsewhere
  std::thread([this] { read(); }).detach();
}

void Wire::read() {
  std::string text;
  std::array<char, 4096> more;
  for (;;) {
    const ssize_t length = ::read(STDIN_FILENO, more.data(), more.size());
    if (length < 0 && errno == EINTR) continue;
    if (length <= 0) std::_Exit(0);  // at once, whatever waits for a network or works at a picture
    text.append(more.data(), static_cast<std::size_t>(length));
    for (std::size_t end; (end = text.find('\n')) != std::string::npos; text.erase(0, end + 1)) {
      if (end == 0) continue;
      std::unique_lock lock(mutex_);
      change_.wait(lock, [&] { return lines_.size() < most_lines; });
      lines_.push_back(text.substr(0, end));
      woken_ = true;
      change_.notify_all();
    }
    if (text.size() > longest_line) text.resize(longest_line);  // it is no JSON any more, which is told at its end
  }
}

std::string four_bytes(std::size_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> shift & 0xFF);
  return bytes;
}

void Wire::send(char kind, std::initializer_list<std::string_view> parts) const {
  std::size_t size = 1;
  for (const std::string_view part : parts) size += part.size();
  std::string message = four_bytes(size) + kind;
  message.reserve(size + 4);
  for (const std::string_view part : parts) message += part;
  for (std::string_view rest = message; !rest.empty();) {
    const ssize_t written = write(output_, rest.data(), rest.size());
    if (written < 0 && errno != EINTR) throw Interrupted();  // nobody listens any more
    if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Wire::wait(std::chrono::milliseconds most) {
  std::unique_lock lock(mutex_);
  change_.wait_for(lock, most, [&] { return woken_; });
  woken_ = false;
}

void Wire::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  change_.notify_all();
}

std::string Wire::first() const {
  const std::lock_guard lock(mutex_);
  return lines_.empty() ? "" : lines_.front();
}

void Wire::take_first() {
  const std::lock_guard lock(mutex_);
  lines_.pop_front();
  change_.notify_all();
}

}  // namespace colorize::command
