// SPDX-License-Identifier: LGPL-2.1-or-later
#include "child.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "failure.h"
#include "owned.h"

namespace colorize::command {

/// Runs in the child, between fork and exec, where next to nothing may be called.
static void die_with_parent(void* parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != *static_cast<const pid_t*>(parent)) _exit(1);  // it died before that
}

Child::Child(std::vector<std::string> arguments, std::string program) {
  arguments.insert(arguments.begin(), {std::move(program), "gst-colorize"});  // what is run, and its own name for it
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  pid_t parent = getpid();
  Owned<GError> error;
  constexpr auto flags = static_cast<GSpawnFlags>(G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_FILE_AND_ARGV_ZERO);
  if (!g_spawn_async_with_pipes(nullptr, words.data(), nullptr, flags, die_with_parent, &parent, &pid_, nullptr,
                                &output_, nullptr, out(error)))
    throw Failure(std::string("gst-colorize cannot start a process of its own: ") + error->message);
}

Child::~Child() {
  if (pid_) {
    kill(pid_, SIGKILL);
    wait();
  }
  close(output_);
}

std::optional<std::string> Child::read() const {
  pollfd readable{output_, POLLIN, 0};
  if (poll(&readable, 1, 100) <= 0) return "";
  std::array<char, 65536> text;  // what a pipe holds
  const ssize_t length = ::read(output_, text.data(), text.size());
  if (length < 0 && errno == EINTR) return "";
  return length > 0 ? std::optional(std::string(text.data(), static_cast<std::size_t>(length))) : std::nullopt;
}

int Child::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return status;
}

}  // namespace colorize::command
