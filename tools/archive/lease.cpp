// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lease.h"

#include <fcntl.h>
#include <glib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <mutex>
#include <system_error>

#include "common/failure.h"
#include "common/json.h"

namespace colorize::command {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

/// Empty where there is no such file, or it cannot be read now.
std::string text_in(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::string new_token() {
  std::uint64_t number = 0;
  while (getrandom(&number, sizeof number, 0) != sizeof number) {
  }
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
  return text;
}

/// Of a process, in the kernel's units; empty where there is none such.
std::string start_of(std::int64_t process) {
  const std::string text = text_in("/proc/" + std::to_string(process) + "/stat");
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::size_t at = name_end;
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = text.find(' ', at + 1);
  if (at == std::string::npos || text[name_end + 2] == 'Z') return {};
  return text.substr(at + 1, text.find(' ', at + 1) - at - 1);
}

/// Where the numbers of processes count: this run of this machine, and this container of it.
std::string place_of_processes() {
  std::string boot = text_in("/proc/sys/kernel/random/boot_id");
  while (boot.ends_with('\n')) boot.pop_back();
  std::error_code none;
  return boot + " " + fs::read_symlink("/proc/self/ns/pid", none).string();
}

/// What a lease's file says of its holder, and how often it was renewed. The same length each time.
std::string said_by(const std::string& token, std::uint64_t beats) {
  const std::int64_t process = getpid();
  Json json;
  json.object().text("host", g_get_host_name()).text("place", place_of_processes()).integer("process", process);
  json.text("start", start_of(process)).text("token", token);
  char number[24];
  std::snprintf(number, sizeof number, "%020llu", static_cast<unsigned long long>(beats));
  return json.text("beats", number).end_object().line();
}

/// Whether the holder surely lives no more; of other machines' processes that cannot be known at once.
bool is_dead(const std::string& said) try {
  const JsonValue value = JsonValue::parse(said);
  if (value.at("place").text() != place_of_processes()) return false;
  const std::int64_t process = value.at("process").integer();
  if (kill(static_cast<pid_t>(process), 0) < 0 && errno == ESRCH) return true;
  const std::string start = start_of(process);  // empty where others' processes are hidden
  return !start.empty() && start != value.at("start").text();
} catch (const Failure&) {
  return false;  // it may be about to be written
}

bool is_of(const std::string& said, const std::string& token) {
  return said.find("\"" + token + "\"") != std::string::npos;
}

/// Takes a lease away from a holder who was seen to say `said` for too long.
void take_away(const fs::path& file, const std::string& said, const std::string& token) {
  const fs::path aside = file.string() + "." + token;
  if (std::rename(file.c_str(), aside.c_str()) < 0) return;  // another one was faster
  // Meanwhile another one may have done the same and taken the lease: it gets it back, unless that was taken again.
  if (text_in(aside) != said) static_cast<void>(link(aside.c_str(), file.c_str()) == 0);
  std::error_code ignored;
  fs::remove(aside, ignored);
}

}  // namespace

Lease::Lease(const fs::path& file, const std::stop_token& stop, Times times) : file_(file), token_(new_token()) {
  std::string seen;
  auto since = std::chrono::steady_clock::now();
  while (!take()) {
    if (stop.stop_requested()) throw Interrupted();
    const std::string said = text_in(file_);
    const auto now = std::chrono::steady_clock::now();
    if (said != seen) {
      seen = said;
      since = now;
    }
    if (is_dead(said) || now - since > times.stale)
      take_away(file_, said, token_);
    else
      std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(times.beat / 5, 1s));
  }
  beating_ = std::jthread([this, times](const std::stop_token& end) { keep(end, times.beat); });
}

Lease::~Lease() {
  beating_.request_stop();
  beating_.join();
  close(descriptor_);
  std::error_code ignored;
  if (is_of(text_in(file_), token_)) fs::remove(file_, ignored);
}

/// Makes the file, unless it is there.
bool Lease::take() {
  descriptor_ = open(file_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (descriptor_ < 0 && (errno == EEXIST || errno == ESTALE || errno == EINTR)) return false;
  const std::string said = said_by(token_, 0);
  if (descriptor_ >= 0 && write(descriptor_, said.data(), said.size()) == static_cast<ssize_t>(said.size()))
    return true;
  const int error = errno;
  if (descriptor_ >= 0) {
    close(descriptor_);
    unlink(file_.c_str());
  }
  throw Failure(file_.string() + ": " + std::generic_category().message(error));
}

/// Has the number grow. A beat that fails is one that is not seen; what of the file is another's is not touched.
void Lease::keep(const std::stop_token& stop, std::chrono::milliseconds beat) const {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  for (std::uint64_t beats = 1; !never.wait_for(lock, stop, beat, [&] { return stop.stop_requested(); }); ++beats) {
    const std::string said = said_by(token_, beats);
    if (pwrite(descriptor_, said.data(), said.size(), 0) > 0) fsync(descriptor_);
  }
}

std::optional<fs::file_time_type> time_in(const fs::path& folder) {
  const fs::path file = folder / (".now." + new_token());
  std::error_code error;
  std::ofstream(file).put(' ');  // which gives it its time, with file systems that are lazy
  const auto time = fs::last_write_time(file, error);
  std::error_code ignored;
  fs::remove(file, ignored);
  return error ? std::nullopt : std::optional(time);
}

bool is_silent(const fs::path& file, fs::file_time_type now) {
  std::error_code gone;
  const auto beat = fs::last_write_time(file, gone);
  return !gone && now - beat > Lease::Times{}.stale;
}

std::string holder_of_lease(const fs::path& file) try {
  const std::string said = text_in(file);
  if (said.empty() || is_dead(said)) return {};
  const JsonValue value = JsonValue::parse(said);
  return value.at("host").text() + ", process " + std::to_string(value.at("process").integer());
} catch (const Failure&) {
  return "somebody";
}

}  // namespace colorize::command
