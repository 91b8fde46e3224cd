// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <glib.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace colorize {

struct FreeKeyFile {
  void operator()(GKeyFile* file) const { g_key_file_unref(file); }
};

/// GLib's key file: groups of keys and values, as sidecars of networks are.
using KeyFile = std::unique_ptr<GKeyFile, FreeKeyFile>;

/// Throws Error (settings) that names `origin` for what is none.
KeyFile read_key_file(std::string_view text, const std::string& origin);

/// The titles of the groups in a key file.
std::vector<std::string> groups_of(const KeyFile& file);

/// A group of a key file; every key that is read is ticked off, and what is left at the end is an error. Errors
/// (settings) name `origin`, which outlives this, the group and the key.
class KeyGroup {
 public:
  KeyGroup(const KeyFile& file, std::string name, const std::string& origin);

  [[noreturn]] void fail(const std::string& key, const std::string& why) const;

  std::optional<std::string> text(const std::string& key);
  std::string needed(const std::string& key);

  /// One of the words of `choices`; without the key the first one that is offered as its default.
  template <typename T>
  T choice(const std::string& key, const std::map<std::string, T>& choices, std::optional<T> otherwise = {}) {
    const auto value = otherwise ? text(key) : needed(key);
    if (!value) return *otherwise;
    if (const auto found = choices.find(*value); found != choices.end()) return found->second;
    std::string words;
    for (const auto& [word, unused] : choices) words += (words.empty() ? "" : ", ") + word;
    fail_of_choice(key, *value, words);
  }

  // These two read a word that stands in the value of `key`.
  double number(const std::string& key, const std::string& word) const;
  int whole(const std::string& key, const std::string& word, int low, int high) const;

  /// For red, green and blue.
  std::array<float, 3> three(const std::string& key, std::array<float, 3> otherwise);

  void finish() const;

 private:
  [[noreturn]] void fail_of_choice(const std::string& key, const std::string& value, const std::string& words) const;

  GKeyFile* file_;
  std::string name_;
  const std::string& origin_;
  std::set<std::string> unread_;
};

/// The parts of a text, without the blanks around them.
std::vector<std::string> split(const std::string& text, const char* delimiter);

}  // namespace colorize
