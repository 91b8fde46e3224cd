// SPDX-License-Identifier: LGPL-2.1-or-later
#include "references.h"

#include <gst/gst.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string_view>

#include "colourreference.h"
#include "owned.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* property = "reference";

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) result.push_back(line);
  return result;
}

/// A file, or those in a folder, in the order of their names.
std::vector<fs::path> files_at(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return {path};
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    const Owned<gchar> ending(g_ascii_strdown(entry->path().extension().c_str(), -1));
    // As the element does; what else comes and goes there, such as the result, changes nothing.
    if (const std::string_view is = ending.get(); is == ".png" || is == ".jpg" || is == ".jpeg")
      files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

bool is_reference_word(const std::string& line) { return line == "own" || line == "none"; }

void add_reference(const std::string& text, Properties& given) {
  auto found = std::ranges::find(given, property, &Properties::value_type::first);
  if (found == given.end()) found = given.insert(given.end(), {property, ""});
  for (const std::string& line : lines_of(text))
    found->second +=
        (found->second.empty() ? "" : "\n") + (is_reference_word(line) ? line : fs::absolute(line).string());
}

std::vector<fs::path> files_of_references(const Properties& properties) {
  std::vector<fs::path> files;
  for (const auto& [name, value] : properties)
    for (const std::string& line : lines_of(name == property ? value : ""))
      if (!is_reference_word(line)) std::ranges::move(files_at(line), std::back_inserter(files));
  return files;
}

std::vector<std::int64_t> times_of_references(const Properties& properties) {
  std::vector<std::int64_t> times;
  for (const fs::path& file : files_of_references(properties))
    if (const auto seconds = time_of_name(file.filename().string()))
      times.push_back(static_cast<std::int64_t>(*seconds * GST_SECOND));
  return times;
}

}  // namespace colorize::command
