// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "../engine/check.h"
#include "common/failure.h"
#include "common/remark.h"
#include "common/watchdog.h"

using namespace colorize::command;
using namespace std::chrono_literals;

/// Whether the watchdog barks within four times its patience.
static bool barks(const std::function<void()>& meanwhile) {
  Watchdog watchdog(1s);
  const auto end = std::chrono::steady_clock::now() + 4s;
  try {
    while (std::chrono::steady_clock::now() < end) {
      meanwhile();
      watchdog.look();
    }
  } catch (const Failure&) {
    return true;
  }
  return false;
}

static void rest() { std::this_thread::sleep_for(50ms); }

static void test_where_nothing_happens_it_barks() { expect(barks(rest), "no word"); }

static void test_work_is_something() {
  const auto work = [] {
    for (const auto end = std::chrono::steady_clock::now() + 50ms; std::chrono::steady_clock::now() < end;) {
    }
  };
  expect(!barks(work), "a process that works is given up");
}

static void test_a_slow_file_is_no_error() {
  std::array<int, 2> ends;
  expect(pipe(ends.data()) == 0, "no pipe");
  std::thread reader([&] {
    char byte;
    expect(read(ends[0], &byte, 1) == 1, "nothing read");
  });
  std::vector<std::string> heard;
  const RemarkListener listener([&](const Remark& remark) { heard.push_back(remark.text); });
  const bool barked = barks(rest);
  expect(write(ends[1], "x", 1) == 1, "nothing written");
  reader.join();
  expect(!barked, "a file that lets wait is given up");
  expect(heard.size() == 1 && heard[0].starts_with("waits for "), "it is not told of, or not once");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/watchdog/where nothing happens it barks", test_where_nothing_happens_it_barks);
  g_test_add_func("/watchdog/work is something", test_work_is_something);
  g_test_add_func("/watchdog/a slow file is no error", test_a_slow_file_is_no_error);
  return g_test_run();
}
