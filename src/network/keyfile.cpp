// SPDX-License-Identifier: LGPL-2.1-or-later
#include "keyfile.h"

#include <algorithm>
#include <cmath>

#include "error.h"
#include "excerpt.h"

namespace colorize {

namespace {

struct Free {
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(gchar* text) const { g_free(text); }
  void operator()(gchar** texts) const { g_strfreev(texts); }
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

}  // namespace

KeyFile read_key_file(std::string_view text, const std::string& origin) {
  KeyFile file(g_key_file_new());
  GError* error = nullptr;
  if (!g_key_file_load_from_data(file.get(), text.data(), text.size(), G_KEY_FILE_NONE, &error)) {
    const Owned<GError> owned(error);
    throw Error(Error::Kind::settings, origin + ": not a modelinfo file: " + excerpt(error->message));
  }
  return file;
}

std::vector<std::string> groups_of(const KeyFile& file) {
  const std::unique_ptr<gchar*, Free> names(g_key_file_get_groups(file.get(), nullptr));
  std::vector<std::string> titles;
  for (gchar** name = names.get(); *name; ++name) titles.emplace_back(*name);
  return titles;
}

KeyGroup::KeyGroup(const KeyFile& file, std::string name, const std::string& origin)
    : file_(file.get()), name_(std::move(name)), origin_(origin) {
  const std::unique_ptr<gchar*, Free> keys(g_key_file_get_keys(file_, name_.c_str(), nullptr, nullptr));
  for (gchar** key = keys.get(); key && *key; ++key) unread_.insert(*key);
}

void KeyGroup::fail(const std::string& key, const std::string& why) const {
  throw Error(Error::Kind::settings, origin_ + ": [" + excerpt(name_) + "] " + excerpt(key) + ": " + why);
}

void KeyGroup::fail_of_choice(const std::string& key, const std::string& value, const std::string& words) const {
  fail(key, "'" + excerpt(value) + "' is none of " + words);
}

std::optional<std::string> KeyGroup::text(const std::string& key) {
  if (unread_.erase(key) == 0) return std::nullopt;
  GError* error = nullptr;
  const Owned<gchar> value(g_key_file_get_string(file_, name_.c_str(), key.c_str(), &error));
  const Owned<GError> owned(error);
  if (error) fail(key, excerpt(error->message));
  return value.get();
}

std::string KeyGroup::needed(const std::string& key) {
  auto value = text(key);
  if (!value) fail(key, "is missing");
  return *value;
}

double KeyGroup::number(const std::string& key, const std::string& word) const {
  gchar* end = nullptr;
  const double value = g_ascii_strtod(word.c_str(), &end);
  if (word.empty() || *end != '\0' || !std::isfinite(static_cast<float>(value)))
    fail(key, "'" + excerpt(word) + "' is not a number");
  return value;
}

int KeyGroup::whole(const std::string& key, const std::string& word, int low, int high) const {
  const double value = number(key, word);
  if (!(value >= low && value <= high) || value != static_cast<int>(value))
    fail(key,
         "'" + excerpt(word) + "' is not a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return static_cast<int>(value);
}

std::array<float, 3> KeyGroup::three(const std::string& key, std::array<float, 3> otherwise) {
  const auto value = text(key);
  if (!value) return otherwise;
  const auto words = split(*value, ",");
  if (words.size() != 3) fail(key, "needs three numbers, for red, green and blue");
  std::array<float, 3> numbers{};
  std::ranges::transform(words, numbers.begin(), [&](const auto& w) { return static_cast<float>(number(key, w)); });
  return numbers;
}

void KeyGroup::finish() const {
  if (!unread_.empty()) fail(*unread_.begin(), "is not a key of this group; remove it or mend its spelling");
}

std::vector<std::string> split(const std::string& text, const char* delimiter) {
  const std::unique_ptr<gchar*, Free> parts(g_strsplit(text.c_str(), delimiter, -1));
  std::vector<std::string> words;
  for (gchar** part = parts.get(); *part; ++part) words.emplace_back(g_strstrip(*part));
  return words;
}

}  // namespace colorize
