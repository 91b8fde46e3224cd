// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>

#include "../engine/check.h"
#include "archive/lease.h"
#include "common/failure.h"
#include "file.h"

using namespace colorize::command;
namespace fs = std::filesystem;
using namespace std::chrono_literals;

static constexpr Lease::Times times{50ms, 1000ms};

/// As a process of another machine writes it.
static void write_foreign(const fs::path& file, int beats) {
  std::ofstream(file)
      << "{\"host\":\"elsewhere\",\"place\":\"x\",\"process\":1,\"start\":\"1\",\"token\":\"ab\",\"beats\":\"" << beats
      << "\"}";
}

static void test_it_is_one_process_s() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  std::atomic<int> holders = 0, most = 0, taken = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] {
        const Lease lease(file, {}, {50ms, 60s});  // who stands still on a busy machine does not lose it
        most = std::max<int>(most, ++holders);
        std::this_thread::sleep_for(5ms);
        --holders;
        ++taken;
      });
  }
  expect(most == 1 && taken == 8, "%d at once, %d in all", most.load(), taken.load());
  expect(!fs::exists(file), "it outlives its holders");
}

static void test_what_a_dead_process_held_is_free_at_once() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  std::string said;
  {
    const Lease lease(file, {}, times);
    said = colorize::read_file(file);
  }
  const std::size_t at = said.find("\"start\":\"") + 9;
  said[at] = said[at] == '1' ? '2' : '1';  // another process had this number
  std::ofstream(file) << said;
  expect(holder_of_lease(file).empty(), "it is held by %s", holder_of_lease(file).c_str());
  const Lease lease(file, {}, {50ms, 1000h});
}

/// Of another machine's holder; what time it is here is of no account.
static void test_whose_number_stands_still_is_silent() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  write_foreign(file, 1);
  const auto now = time_in(folder.path);
  expect(now.has_value(), "the folder has no time");
  expect(!is_silent(file, *now), "it is silent at once");
  expect(!is_silent(file, *now + 80s), "it is silent before it may be taken away");
  expect(is_silent(file, *now + 100s), "it is not silent after 100 s");
  fs::last_write_time(file, *now + 1h);  // it was renewed since
  expect(!is_silent(file, *now), "what was renewed after the look is silent");
  expect(!is_silent(folder.path / "none", *now), "what is not there is silent");
  expect(std::distance(fs::directory_iterator(folder.path), {}) == 1, "what the time was found by is left");
  expect(!time_in(folder.path / "none"), "no folder has a time");
}

/// Whose clock may be an hour off: nothing but change counts.
static void test_another_machine_s_holds_while_it_is_renewed() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  write_foreign(file, 0);
  expect(holder_of_lease(file).starts_with("elsewhere"), "held by %s", holder_of_lease(file).c_str());
  std::atomic<int> beats = 0;
  {
    std::jthread other([&] {
      while (++beats < 50) {
        write_foreign(file, beats);
        const timespec hour_off[]{{1000, 0}, {1000, 0}};
        utimensat(AT_FDCWD, file.c_str(), hour_off, 0);
        std::this_thread::sleep_for(50ms);
      }
      fs::remove(file);
    });
    const Lease lease(file, {}, {50ms, 60s});
    expect(beats == 50, "it was taken away after %d beats", beats.load());
  }
  expect(!fs::exists(file), "it outlives its holder");
}

static void test_what_is_renewed_no_more_is_free_in_the_end() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  for (const bool has_words : {true, false}) {
    has_words ? write_foreign(file, 7) : static_cast<void>(std::ofstream(file));
    const Lease lease(file, {}, {50ms, 500ms});
    expect(colorize::read_file(file).find(lease.token()) != std::string::npos, "it is not taken");
  }
}

static void test_who_is_to_stop_waits_no_longer() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  write_foreign(file, 0);
  std::stop_source stop;
  stop.request_stop();
  bool interrupted = false;
  try {
    const Lease lease(file, stop.get_token(), {50ms, 1000h});
  } catch (const Interrupted&) {
    interrupted = true;
  }
  expect(interrupted, "it is not interrupted");
}

/// It was taken away from a holder who stood still for too long: what is another's stays.
static void test_what_is_lost_is_not_given_back() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "lease";
  {
    const Lease lease(file, {}, times);
    fs::remove(file);
    write_foreign(file, 7);
    const std::string other = colorize::read_file(file);
    std::this_thread::sleep_for(3 * times.beat);
    expect(colorize::read_file(file) == other, "it writes into another's lease");
  }
  expect(fs::exists(file), "another's lease is gone");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/lease/whose number stands still is silent", test_whose_number_stands_still_is_silent);
  g_test_add_func("/lease/is one process's", test_it_is_one_process_s);
  g_test_add_func("/lease/what a dead process held is free at once", test_what_a_dead_process_held_is_free_at_once);
  g_test_add_func("/lease/another machine's holds while it is renewed",
                  test_another_machine_s_holds_while_it_is_renewed);
  g_test_add_func("/lease/what is renewed no more is free in the end", test_what_is_renewed_no_more_is_free_in_the_end);
  g_test_add_func("/lease/who is to stop waits no longer", test_who_is_to_stop_waits_no_longer);
  g_test_add_func("/lease/what is lost is not given back", test_what_is_lost_is_not_given_back);
  return g_test_run();
}
