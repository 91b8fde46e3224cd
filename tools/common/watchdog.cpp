// SPDX-License-Identifier: LGPL-2.1-or-later
#include "watchdog.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "failure.h"
#include "remark.h"

namespace colorize::command {

namespace fs = std::filesystem;

/// Of all threads together. The one that waits works a little too, each time that it looks.
static std::chrono::microseconds work_of_process() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

/// The threads of this process but the one that asks.
static std::vector<fs::path> other_threads() {
  const std::string self = std::to_string(gettid());
  std::vector<fs::path> threads;
  std::error_code error;
  for (fs::directory_iterator thread("/proc/self/task", error), end; !error && thread != end; thread.increment(error))
    if (thread->path().filename() != self) threads.push_back(thread->path());
  return threads;
}

/// 'R': it runs, or would if it had a processor; 'D': it waits in the kernel (proc_pid_stat(5)).
static char state_of(const fs::path& thread) {
  std::string state;
  std::ifstream status(thread / "stat");
  std::getline(status, state);
  const std::size_t name_end = state.rfind(") ");
  return name_end != std::string::npos && name_end + 2 < state.size() ? state[name_end + 2] : ' ';
}

/// The file that a thread waits for, in a call that reads, writes or opens one; nothing where it does not. A file
/// system in user space (sshfs) lets it sleep as if it waited for anything, hence not by its state alone.
static std::optional<std::string> file_awaited(const fs::path& thread) {
  std::ifstream call(thread / "syscall");
  long number = -1;
  unsigned long descriptor = 0;
  call >> number >> std::hex >> descriptor;
  constexpr std::array with_descriptor{SYS_read, SYS_pread64, SYS_write, SYS_pwrite64, SYS_fsync};
  if (call && std::ranges::find(with_descriptor, number) != with_descriptor.end()) {
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    struct stat file;
    std::error_code error;
    const fs::path name = fs::read_symlink(link, error);
    if (!error && stat(link.c_str(), &file) == 0 && (S_ISREG(file.st_mode) || S_ISFIFO(file.st_mode)))
      return name.string();
  }
  return state_of(thread) == 'D' ? std::optional<std::string>("a file") : std::nullopt;
}

std::optional<std::string> file_awaited() {
  for (const fs::path& thread : other_threads())
    if (auto file = file_awaited(thread)) return file;
  return std::nullopt;
}

Watchdog::Watchdog(std::chrono::milliseconds patience) : patience_(patience), worked_(work_of_process()) {}

void Watchdog::look() {
  constexpr auto least = std::chrono::milliseconds(500);
  const Clock::time_point now = Clock::now();
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last_);
  if (passed < least) return;
  last_ = now;
  const std::chrono::microseconds worked = work_of_process();
  const auto is_running = [](const fs::path& thread) { return state_of(thread) == 'R'; };
  const bool works = (worked - worked_) * 50 > passed || std::ranges::any_of(other_threads(), is_running);
  worked_ = worked;
  if (works) {
    still_ = waiting_ = {};
    return;
  }
  const auto counted = std::min(passed, 2 * least);  // who was stopped, or starved, has seen nothing meanwhile
  const std::optional<std::string> file = file_awaited();
  if (!file) {
    still_ += counted;
    waiting_ = {};
    if (still_ >= patience_)
      throw Failure("nothing happens any more: GStreamer waits for something in the film that does not come");
    return;
  }
  still_ = {};
  waiting_ += counted;
  if (waiting_ < patience_ || said_) return;
  said_ = true;
  remark({"file-slow", "waits for " + *file + ", which takes long to read or write"});
}

}  // namespace colorize::command
