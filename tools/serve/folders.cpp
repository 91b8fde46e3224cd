// SPDX-License-Identifier: LGPL-2.1-or-later
#include "folders.h"

#include <algorithm>
#include <chrono>
#include <tuple>

#include "common/content.h"
#include "http.h"
#include "stopwatch.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

/// Files are known by what they begin with, and a folder may have many, on a slow disk: after this time the rest are
/// known by their names. Seconds.
constexpr double patience = 0.3;

struct Entry {
  fs::path path;
  bool folder;
  std::uint64_t size;
  std::int64_t time;
};

const char* kind_of(const Entry& entry, bool by_name) {
  if (entry.folder) return "folder";
  if (by_name) {
    const Owned<gchar> type(g_content_type_guess(entry.path.c_str(), nullptr, 0, nullptr));
    return g_str_has_prefix(type.get(), "video/") ? "film" : g_str_has_prefix(type.get(), "image/") ? "still" : "other";
  }
  switch (look_at(entry.path).content) {
    case Content::still:
      return "still";
    case Content::film:
      return "film";
    case Content::neither:
      break;
  }
  return "other";
}

}  // namespace

Folders::Folders(std::vector<fs::path> folders) : folders_(std::move(folders)) {
  for (fs::path& folder : folders_) folder = fs::canonical(folder);
}

std::size_t Folders::add(const fs::path& folder) {
  std::error_code error;
  const fs::path found = fs::canonical(folder, error);
  if (error || !fs::is_directory(found, error)) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such folder");
  if (std::ranges::count(folders_, found) == 0) folders_.push_back(found);
  return static_cast<std::size_t>(std::ranges::find(folders_, found) - folders_.begin());
}

fs::path Folders::find(const Reference& reference) const {
  const Owned<gchar> way(g_uri_unescape_string(reference.path.c_str(), nullptr));  // null where a %00 is in it
  if (reference.folder >= folders_.size() || !way) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such file");
  const fs::path& folder = folders_[reference.folder];
  std::error_code error;
  const fs::path found = fs::canonical(folder / fs::path(way.get()).relative_path(), error);
  const auto [end, at] = std::ranges::mismatch(folder, found);
  // Whether something lies outside is nobody's business.
  if (error || end != folder.end()) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such file");
  return found;
}

void Folders::list(const Reference& reference, Json& json) const {
  const fs::path folder = find(reference);
  std::vector<Entry> entries;
  std::error_code error;
  for (fs::directory_iterator files(folder, error), end; !error && files != end; files.increment(error)) {
    if (files->path().filename().native().starts_with('.')) continue;
    std::error_code unknown;
    const bool is_folder = files->is_directory(unknown);
    if (!is_folder && !files->is_regular_file(unknown)) continue;
    const auto time = files->last_write_time(unknown);
    const auto since = std::chrono::file_clock::to_sys(time).time_since_epoch();
    entries.push_back({files->path(), is_folder, is_folder ? 0 : files->file_size(unknown),
                       std::chrono::duration_cast<std::chrono::seconds>(since).count()});
  }
  if (error) throw Refusal(SOUP_STATUS_FORBIDDEN, "the folder cannot be read: " + error.message());
  std::ranges::sort(entries, {}, [](const Entry& entry) { return std::tuple(!entry.folder, entry.path); });
  const Stopwatch watch;
  json.array("entries");
  for (const Entry& entry : entries) {
    json.object().text("name", entry.path.filename().string());
    json.text("path", path_of(entry.path.lexically_relative(folders_[reference.folder])));
    json.text("kind", kind_of(entry, watch.seconds() > patience));
    json.count("size", entry.size).integer("time", entry.time).end_object();
  }
  json.end_array();
}

Reference reference_in(const JsonValue& json) {
  const std::int64_t folder = json.at("folder").integer();
  if (folder < 0) throw Refusal(SOUP_STATUS_NOT_FOUND, "there is no such folder");
  return {static_cast<std::size_t>(folder), json.at("path").text()};
}

std::string path_of(const fs::path& within_folder) {
  const Owned<gchar> path(g_uri_escape_string(within_folder.c_str(), "/", FALSE));
  return path.get();
}

}  // namespace colorize::command
