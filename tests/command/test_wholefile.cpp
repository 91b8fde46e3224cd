// SPDX-License-Identifier: LGPL-2.1-or-later
#include <fstream>

#include "../engine/check.h"
#include "common/failure.h"
#include "file.h"
#include "film/workfolder.h"

using namespace colorize::command;
namespace fs = std::filesystem;

/// Writes "ours" under the name of a file, which appears meanwhile as somebody else's.
static void write_late(const fs::path& file, bool overwrite) {
  const auto write = [&](const fs::path& partial) {
    std::ofstream(partial) << "ours";
    std::ofstream(file) << "theirs";
  };
  write_whole(file, write, "0123456789abcdef", overwrite);
}

static void test_what_appears_is_kept() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "photograph.jpg";
  bool is_refused = false;
  try {
    write_late(file, false);
  } catch (const Failure& failure) {
    is_refused = std::string(failure.what()).find("photograph.jpg appeared") != std::string::npos;
  }
  expect(is_refused, "nothing is said of what appeared");
  expect(colorize::read_file(file) == "theirs", "what appeared is replaced");
  expect(partial_files(file).empty(), "ours is left behind");
}

static void test_what_appears_is_overwritten_where_that_is_wanted() {
  const TemporaryFolder folder;
  const fs::path file = folder.path / "photograph.jpg";
  write_late(file, true);
  expect(colorize::read_file(file) == "ours", "what appeared is kept");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_add_func("/whole file/what appears is kept", test_what_appears_is_kept);
  g_test_add_func("/whole file/what appears is overwritten where that is wanted",
                  test_what_appears_is_overwritten_where_that_is_wanted);
  return g_test_run();
}
