// SPDX-License-Identifier: LGPL-2.1-or-later
#include "place.h"

#include <glib.h>

#include <string_view>

#include "common/failure.h"
#include "common/fittingname.h"
#include "common/owned.h"
#include "film/sequence.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char *kind = ".colour", *ending = ".colour.json";

/// Of a record that is called so; while it is written, its name has seven bytes more.
fs::path record_in(const fs::path& folder, const std::string& name) {
  return folder / fitting_name(folder, name, ending, 7);
}

/// The file itself may be a link, and keeps its name.
fs::path real(const fs::path& file) {
  std::error_code failed;
  const fs::path absolute = fs::absolute(file), folder = fs::weakly_canonical(absolute.parent_path(), failed);
  return (failed ? absolute.parent_path() : folder) / absolute.filename();
}

}  // namespace

fs::path record_beside(const fs::path& result) {
  std::string stem = result.stem().string();
  if (const auto names = names_of_pictures(result))
    if (const std::size_t end = names->before.find_last_not_of("._- ") + 1; end > 0) stem.resize(end);
  if (stem.ends_with(kind) && stem != kind) stem.resize(stem.size() - std::string_view(kind).size());
  return record_in(result.parent_path(), stem);
}

fs::path whole_name_record_beside(const fs::path& result) {
  return record_in(result.parent_path(), result.filename().string());
}

std::string reference_to(const fs::path& file, const fs::path& record) {
  const fs::path relative = real(file).lexically_relative(real(record).parent_path());
  // Without ':', which would end a scheme.
  const Owned<gchar> escaped(g_uri_escape_string(relative.c_str(), "/", FALSE));
  return escaped.get();
}

std::optional<fs::path> file_behind(const std::string& reference, const fs::path& record) {
  const Owned<gchar> relative(g_uri_unescape_string(reference.c_str(), "/"));
  if (!relative || !*relative) return std::nullopt;
  return record.parent_path() / relative.get();
}

std::string address_of(const fs::path& file) {
  const Owned<gchar> uri(g_filename_to_uri(real(file).c_str(), nullptr, nullptr));
  if (!uri) throw Failure(file.string() + " has no address");
  return uri.get();
}

}  // namespace colorize::command
