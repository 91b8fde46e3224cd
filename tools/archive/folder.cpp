// SPDX-License-Identifier: LGPL-2.1-or-later
#include "folder.h"

#include <glib.h>

#include <charconv>
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

}  // namespace

fs::path lease_of_piece(const fs::path& folder, std::size_t piece) { return file_of_piece(folder, piece, ".lease"); }

fs::path failure_of_piece(const fs::path& folder, std::size_t piece) { return file_of_piece(folder, piece, ".failed"); }

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
    state.is_joined |= name == result_in({}).string();
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

void write_result(const fs::path& folder, const Result& result, const std::string& token) {
  const Owned<gchar> uri(g_filename_to_uri(result.output.c_str(), nullptr, nullptr));
  Json json;
  json.object().text("output", uri.get()).count("size", result.size).text("checksum", result.checksum).end_object();
  write_text(result_in(folder), json.line(), token);
}

bool has_result(const fs::path& folder, bool whole) try {
  const JsonValue value = JsonValue::parse(read_file(result_in(folder)));
  const Owned<gchar> output(g_filename_from_uri(value.at("output").text().c_str(), nullptr, nullptr));
  return output && fs::file_size(output.get()) == static_cast<std::uint64_t>(value.at("size").integer()) &&
         (!whole || sha256_of(output.get(), {}) == value.at("checksum").text());
} catch (const std::exception&) {
  return false;
}

}  // namespace colorize::command
