// SPDX-License-Identifier: LGPL-2.1-or-later
#include "folder.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>

#include "common/checksum.h"
#include "common/failure.h"
#include "common/json.h"
#include "file.h"
#include "film/record.h"
#include "film/workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

fs::path file_of_piece(const fs::path& folder, std::size_t piece, const char* ending) {
  const Owned<gchar> name(g_strdup_printf("piece%05zu%s", piece, ending));
  return folder / name.get();
}

/// The number before the ending of a name, after a word.
std::optional<std::size_t> number_in(std::string_view name, std::string_view word, std::string_view ending) {
  if (!name.starts_with(word) || !name.ends_with(ending) || name.size() <= word.size() + ending.size()) return {};
  name = name.substr(word.size(), name.size() - word.size() - ending.size());
  if (const std::size_t dash = name.find('-'); dash != std::string_view::npos) name.remove_prefix(dash + 1);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return number;
}

/// Whether files lie there with their sizes. Many are looked at in the order of their folder's listing: with that a
/// network's file system sends what is asked of each.
bool have_sizes(const std::vector<ResultFile>& files) {
  if (files.size() == 1) return fs::file_size(files[0].file) == files[0].size;
  std::map<fs::path, std::map<std::string, std::uint64_t>> sizes;  // by folder and name
  for (const ResultFile& one : files)
    sizes[fs::path(one.file).parent_path()].emplace(fs::path(one.file).filename().string(), one.size);
  for (auto& [folder, wanted] : sizes) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
      const auto found = wanted.find(entry.path().filename().string());
      if (found == wanted.end()) continue;
      if (entry.file_size() != found->second) return false;
      wanted.erase(found);
    }
    if (!wanted.empty()) return false;
  }
  return true;
}

}  // namespace

fs::path lease_of_piece(const fs::path& folder, std::size_t piece) { return file_of_piece(folder, piece, ".lease"); }

fs::path failure_of_piece(const fs::path& folder, std::size_t piece) { return file_of_piece(folder, piece, ".failed"); }

fs::path failure_to_join(const fs::path& folder) { return folder / "join.failed"; }

fs::path end_of_batch(const fs::path& folder) { return file_of_piece(folder, 0, ".done"); }

fs::path result_in(const fs::path& folder) { return folder / "result.json"; }

FolderState state_of_folder(const fs::path& folder, std::size_t pieces) {
  FolderState state;
  for (std::vector<bool>* all : {&state.made, &state.taken, &state.failed}) all->resize(pieces);
  const auto mark = [&](std::vector<bool>& all, std::optional<std::size_t> number) {
    if (number && *number < pieces) all[*number] = true;
  };
  std::error_code error;
  for (fs::directory_iterator i(folder, error); !error && i != fs::end(i); i.increment(error)) {
    const std::string name = i->path().filename().string();
    mark(state.made, number_in(name, "picture", ".gdp"));
    mark(state.made, number_in(name, "piece", ".done"));
    mark(state.taken, number_in(name, "piece", ".lease"));
    mark(state.failed, number_in(name, "piece", ".failed"));
    state.has_list_of_result |= name == result_in({}).string();
    state.join_failed |= name == failure_to_join({}).string();
  }
  for (std::size_t i = 0; i < pieces; ++i)
    if (state.failed[i]) state.made[i] = false;  // its bytes are not those that were written
  return state;
}

LastWords last_words(const fs::path& failure) try {
  const JsonValue value = JsonValue::parse(read_file(failure));
  return {.host = value.at("host").text(),
          .text = value.at("words").text(),
          .attempts = static_cast<std::uint64_t>(value.at("attempts").integer())};
} catch (const std::exception&) {
  return {};
}

void write_last_words(const fs::path& failure, const std::string& text, const std::string& token) try {
  Json json;
  json.object().text("host", g_get_host_name()).text("words", text);
  json.count("attempts", last_words(failure).attempts + 1).end_object();
  write_text(failure, json.line(), token);
} catch (const std::exception& error) {
  g_printerr("gst-colorize: %s\n", error.what());
}

void write_result(const fs::path& folder, const std::vector<ResultFile>& files, const std::string& token) {
  Json json;
  json.object().array("files");
  for (const ResultFile& one : files) {
    const Owned<gchar> uri(g_filename_to_uri(one.file.c_str(), nullptr, nullptr));
    json.object().text("uri", uri.get()).count("size", one.size).text("checksum", one.checksum).end_object();
  }
  write_text(result_in(folder), json.end_array().end_object().line(), token);
}

std::vector<ResultFile> result_of(const fs::path& folder) try {
  const JsonValue value = JsonValue::parse(read_file(result_in(folder)));
  std::vector<ResultFile> files;
  for (const JsonValue& one : value.at("files").elements()) {
    const Owned<gchar> file(g_filename_from_uri(one.at("uri").text().c_str(), nullptr, nullptr));
    if (!file) return {};
    files.push_back({file.get(), static_cast<std::uint64_t>(one.at("size").integer()), one.at("checksum").text()});
  }
  return files;
} catch (const std::exception&) {
  return {};
}

bool has_result(const fs::path& folder, bool whole) try {
  const std::vector<ResultFile> files = result_of(folder);
  if (files.empty() || !have_sizes(files)) return false;
  return !whole || std::ranges::all_of(files, [](const ResultFile& one) {
    return one.checksum.empty() || sha256_of(one.file, {}) == one.checksum;
  });
} catch (const std::exception&) {
  return false;
}

}  // namespace colorize::command
