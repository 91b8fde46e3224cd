// SPDX-License-Identifier: LGPL-2.1-or-later
#include "profile.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "commandline.h"
#include "suggestion.h"
#include "wholefile.h"
#include "words.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* group = "gst-colorize";
constexpr const char* ending = ".conf";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";  // with which some editors begin UTF-8

/// Options that say what is made, where it goes and what is told of it.
constexpr std::array of_a_run{"help",  "version", "output",   "output-dir", "work",   "table",    "dry-run", "frame",
                              "sheet", "start",   "duration", "overwrite",  "resume", "progress", "quiet",   "verbose"};

/// The user's own before those that came along. The prefix that the program lies in is the nearest folder above it that
/// has some; a build folder is one, too.
std::vector<fs::path> folders() {
  std::vector<fs::path> found{fs::path(g_get_user_config_dir()) / "colorize/profiles"};
  std::error_code unknown;
  fs::path prefix = fs::read_symlink("/proc/self/exe", unknown);
  for (int above = 0; above < 4 && prefix.has_relative_path(); ++above) {
    prefix = prefix.parent_path();
    fs::path profiles = prefix / "share/colorize/profiles";
    if (!fs::is_directory(profiles, unknown)) continue;
    found.push_back(std::move(profiles));
    break;
  }
  return found;
}

/// Throws UsageError.
fs::path file_of(const std::string& name) {
  if (name.find('/') != std::string::npos || name.ends_with(ending)) return name;
  std::error_code unknown;
  std::vector<std::string> places;
  for (const fs::path& folder : folders()) {
    fs::path file = folder / (name + ending);
    if (fs::exists(file, unknown)) return file;
    places.push_back(folder.string());
  }
  const std::vector<std::string> known = profile_names();
  const auto meant = nearest(name, known);
  throw UsageError("--profile knows no '" + name + "'" + (meant ? "; did you mean " + *meant + "?" : "") +
                   " (it knows " + listed(known) + ", files that end in " + ending + ", and those in " +
                   listed(places) + ")");
}

/// Throws UsageError.
Profile profile_of(const fs::path& file) {
  const std::unique_ptr<GKeyFile, decltype(&g_key_file_unref)> keys(g_key_file_new(), g_key_file_unref);
  Owned<GError> error;
  const auto check = [&] {
    if (error) throw UsageError(file.string() + ": cannot be read as a profile: " + error->message);
  };
  if (const std::string other = other_than_file(file); !other.empty())
    throw UsageError(file.string() + ": cannot be read as a profile: it is " + other);
  Owned<gchar> text;
  gsize size = 0;
  g_file_get_contents(file.c_str(), out(text), &size, out(error));
  check();
  std::string_view rest(text.get(), size);
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());
  g_key_file_load_from_data(keys.get(), rest.data(), rest.size(), G_KEY_FILE_NONE, out(error));
  check();
  const Owned<gchar*> groups(g_key_file_get_groups(keys.get(), nullptr));
  for (gchar** name = groups.get(); *name; ++name)
    if (std::string_view(*name) != group)
      throw UsageError(file.string() + ": [" + *name + "] is no part of a profile; its options stand below [" + group +
                       "]");
  const Owned<gchar*> names(g_key_file_get_keys(keys.get(), group, nullptr, out(error)));
  check();
  Profile profile{file, {}};
  for (gchar** name = names.get(); *name; ++name) {
    const Owned<gchar> value(g_key_file_get_string(keys.get(), group, *name, out(error)));
    check();
    if (std::string_view(*name) == "profile") throw UsageError(file.string() + ": a profile names no other one");
    if (std::ranges::count(of_a_run, std::string_view(*name)) > 0)
      throw UsageError(
          file.string() + ": " + *name +
          " is not for a profile, which says how results are made; what is made, where it goes and what is "
          "told of it is said on the command line");
    profile.options.emplace_back(*name, value.get());
  }
  return profile;
}

}  // namespace

std::optional<Profile> profile_in(int argc, char** argv) {
  Owned<gchar> name;
  gchar* given = nullptr;
  const GOptionEntry entries[] = {{"profile", 0, 0, G_OPTION_ARG_STRING, &given, nullptr, nullptr}, {}};
  const OptionContext context(g_option_context_new(nullptr));
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  g_option_context_set_ignore_unknown_options(context.get(), TRUE);
  g_option_context_set_help_enabled(context.get(), FALSE);
  std::vector<char*> words(argv, argv + argc);
  char** first = words.data();
  Owned<GError> error;
  const bool is_read = g_option_context_parse(context.get(), &argc, &first, out(error));
  name.reset(given);
  if (!is_read) throw UsageError(error->message);
  return name ? std::optional(profile_of(file_of(name.get()))) : std::nullopt;
}

std::vector<std::string> profile_names() {
  std::set<std::string> names;
  std::error_code unknown;
  for (const fs::path& folder : folders())
    for (fs::directory_iterator entry(folder, unknown), end; !unknown && entry != end; entry.increment(unknown))
      if (entry->path().extension() == ending) names.insert(entry->path().stem().string());
  return {names.begin(), names.end()};
}

std::string blamed(const std::string& fault, const Profile& profile, int argc, char** argv) {
  for (const auto& option : profile.options) {
    const std::string name = "--" + option.first;
    const auto begins = [&](const char* word) { return std::string_view(word).starts_with(name); };
    if (fault.substr(0, fault.find("; did you mean")).find(name) != std::string::npos &&
        std::none_of(argv, argv + argc, begins))
      return fault + "; it is " + profile.file.string() + " that says so";
  }
  return fault;
}

}  // namespace colorize::command
