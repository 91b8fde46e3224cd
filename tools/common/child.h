// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <optional>
#include <string>
#include <vector>

namespace colorize::command {

/// This program again, with other arguments, or another one; what it prints can be read. It is killed when this goes,
/// and dies with the thread that made it, which therefore has to wait for it.
class Child {
 public:
  /// Throws Failure.
  explicit Child(std::vector<std::string> arguments, std::string program = "/proc/self/exe");
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// More of what it prints; nothing where it prints no more, an empty text where it is silent for 100 ms.
  std::optional<std::string> read() const;

  /// Waits for its end. Returns its status, as waitpid() has it.
  int wait();

 private:
  GPid pid_ = 0;
  int output_ = -1;
};

}  // namespace colorize::command
