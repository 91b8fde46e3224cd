// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <algorithm>
#include <cstdarg>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "error.h"

/// Fails the test where `holds` is false, says why, and goes on, so that one run shows all that is wrong.
[[gnu::format(printf, 2, 3)]] inline void expect(bool holds, const char* format, ...) {
  if (holds) return;
  g_test_fail();
  static int shown = 0;  // a picture has many pixels that can all be wrong
  if (++shown > 30) return;
  va_list arguments;
  va_start(arguments, format);
  gchar* text = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  g_test_message("WRONG: %s", text);
  g_free(text);
}

/// The greatest of many differences, printed beside its budget at the end.
class Worst {
 public:
  explicit Worst(std::string what) : what_(std::move(what)) {}

  void add(double difference) {
    greatest_ = difference <= greatest_ ? greatest_ : difference;  // a NaN stays
    sum_ += difference, ++count_;
  }
  double mean() const { return count_ ? sum_ / static_cast<double>(count_) : 0; }

  /// Nothing measured is a failure too.
  void within(double budget) const {
    g_test_message("%s: worst %.4g of %.4g allowed, mean %.4g, of %ld", what_.c_str(), greatest_, budget, mean(),
                   count_);
    expect(count_ > 0 && greatest_ <= budget, "%s: %.6g is more than %.6g (or nothing of %ld)", what_.c_str(),
           greatest_, budget, count_);
  }

 private:
  std::string what_;
  double greatest_ = 0, sum_ = 0;
  long count_ = 0;
};

/// `act` must throw an Error of this kind whose text holds every one of `words`.
inline void expect_error(const std::function<void()>& act, colorize::Error::Kind kind,
                         const std::vector<std::string>& words, const std::string& what) {
  try {
    act();
  } catch (const colorize::Error& error) {
    g_test_message("%s", error.what());
    expect(error.kind == kind, "%s: kind %d instead of %d: %s", what.c_str(), static_cast<int>(error.kind),
           static_cast<int>(kind), error.what());
    for (const auto& word : words)
      expect(std::string(error.what()).find(word) != std::string::npos, "%s: '%s' is not in: %s", what.c_str(),
             word.c_str(), error.what());
    return;
  }
  expect(false, "%s: no error", what.c_str());
}

inline std::filesystem::path source_root() {
  const char* root = g_getenv("COLORIZE_SOURCE_ROOT");
  if (!root) g_error("COLORIZE_SOURCE_ROOT is not set: run this by `meson test`");
  return root;
}

/// A folder that is there as long as this is.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    gchar* made = g_dir_make_tmp("colorize test XXXXXX", nullptr);  // with blanks, as users have them
    if (!made) g_error("no temporary folder can be made");
    path = made;
    g_free(made);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path / name).parent_path());
    if (!g_file_set_contents((path / name).c_str(), content.data(), static_cast<gssize>(content.size()), nullptr))
      g_error("%s cannot be written", (path / name).c_str());
    return path / name;
  }

  std::filesystem::path path;
};
