// SPDX-License-Identifier: LGPL-2.1-or-later
#include "commandline.h"

#include <gst/gst.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "profile.h"
#include "suggestion.h"
#include "terminal.h"

namespace colorize::command {

namespace {

/// GOption leaves a description of any length on one line. The lines that follow the first stand below its last column,
/// which begins after the last gap of two spaces.
std::string wrapped(std::string_view line, std::size_t columns) {
  const std::size_t gap = line.rfind("  ");
  const std::size_t indent = gap == std::string_view::npos ? 0 : gap + 2;
  std::string text(line.substr(0, indent));
  line.remove_prefix(indent);
  const std::size_t room = std::max(columns, indent + 20) - indent;
  while (line.size() > room) {
    const std::size_t space = line.rfind(' ', room);
    if (space == std::string_view::npos) break;
    text.append(line.substr(0, space)).append("\n").append(indent, ' ');
    line.remove_prefix(space + 1);
  }
  return text.append(line);
}

void print_help(GOptionContext* context) {
  const Owned<gchar> help(g_option_context_get_help(context, FALSE, nullptr));
  std::string_view rest = help.get();
  const auto columns = static_cast<std::size_t>(std::clamp(terminal_columns(1), 60, 110));
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    g_print("%s\n", wrapped(rest.substr(0, end), columns).c_str());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

/// The names of all options, as --help lists them.
std::vector<std::string> option_names(GOptionContext* context) {
  const Owned<gchar> help(g_option_context_get_help(context, FALSE, nullptr));
  std::vector<std::string> names;
  std::string_view rest = help.get();
  for (std::size_t at = rest.find("  --"); at != std::string_view::npos; at = rest.find("  --", at + 1)) {
    const std::size_t end = rest.find_first_not_of("abcdefghijklmnopqrstuvwxyz-", at + 2);
    names.emplace_back(rest.substr(at + 2, end - at - 2));
  }
  return names;
}

/// What is wrong with the command line, and what may have been meant.
std::string with_suggestion(GOptionContext* context, const GError* error) {
  const std::string text = error->message;
  const std::size_t begin = text.rfind(' ') + 1;
  if (!g_error_matches(error, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION) || !text.substr(begin).starts_with("--"))
    return text;
  const std::string word = text.substr(begin, text.find('=', begin) - begin);
  const auto meant = nearest(word, option_names(context));
  return meant ? text + "; did you mean " + *meant + "?" : text;
}

/// A profile as words of a command line. An option that takes no value is there where its value is true.
std::vector<std::string> words_of(const Profile& profile, GOptionContext* context) {
  const Owned<gchar> help(g_option_context_get_help(context, FALSE, nullptr));
  const std::vector<std::string> known = option_names(context);
  std::vector<std::string> words;
  for (const auto& [name, value] : profile.options) {
    const std::string option = "--" + name;
    const bool takes_value = std::string_view(help.get()).find(option + "=") != std::string_view::npos;
    const bool is_truth = value == "true" || value == "false";
    if (!takes_value && !is_truth && std::ranges::count(known, option))
      throw UsageError(option + " takes true or false there, not '" + value + "'");
    const std::string negated = "--no-" + name;
    if (takes_value || !is_truth)
      words.push_back(option + "=" + value);
    else if (value == "true")
      words.push_back(option);
    else if (std::ranges::count(known, negated))
      words.push_back(negated);
    else if (!std::ranges::count(known, option))
      words.push_back(option);  // is not known, which is to be said
  }
  return words;
}

/// GOption takes an option without a value for given whatever stands behind its '=': `--overwrite=false` would
/// overwrite. Here it takes back what came before, also from a profile.
void settle_truths(std::vector<char*>& words, GOptionContext* context) {
  const Owned<gchar> help(g_option_context_get_help(context, FALSE, nullptr));
  const std::vector<std::string> known = option_names(context);
  for (std::size_t i = 1; i < words.size() && std::string_view(words[i]) != "--"; ++i) {
    const std::string_view word = words[i];
    const std::size_t equals = word.find('=');
    const std::string option(word.substr(0, equals));
    if (equals == word.npos || !std::ranges::count(known, option) ||
        std::string_view(help.get()).find(option + "=") != std::string_view::npos)
      continue;
    const std::string value(word.substr(equals + 1));
    if (value != "true" && value != "false") throw UsageError(option + " takes true or false, not '" + value + "'");
    words[i][equals] = '\0';
    if (value == "true") continue;
    const auto end = words.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const auto kept = std::remove(words.begin() + 1, end, option);
    i -= static_cast<std::size_t>(end - kept);
    words.erase(kept, end);
  }
}

/// What GStreamer is to tell of itself, in processes that are begun later too.
gboolean set_debug(const gchar*, const gchar* levels, gpointer, GError**) {
  g_setenv("GST_DEBUG", levels, TRUE);
  gst_debug_set_threshold_from_string(levels, TRUE);
  return TRUE;
}

}  // namespace

OptionContext option_context(const char* synopsis, const char* summary, const char* end) {
  OptionContext context(g_option_context_new(synopsis));
  g_option_context_set_summary(context.get(), summary);
  g_option_context_set_description(context.get(), end);
  g_option_context_set_help_enabled(context.get(), FALSE);  // its help has every group on a page of its own
  return context;
}

void add_options(GOptionContext* context, const char* name, const char* title, const GOptionEntry* entries) {
  GOptionGroup* group = g_option_group_new(name, title, "", nullptr, nullptr);
  g_option_group_add_entries(group, entries);
  g_option_context_add_group(context, group);
}

bool parse_options(GOptionContext* context, int& argc, char**& argv, const Profile* profile) {
  gboolean help = FALSE;
  const GOptionEntry entries[] = {
      {"gst-debug", 0, 0, G_OPTION_ARG_CALLBACK, reinterpret_cast<gpointer>(&set_debug),
       "What GStreamer is to tell of itself, as its variable GST_DEBUG has it: 4, or colorize:5,*:3", "LEVELS"},
      {"help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", nullptr},
      {}};
  g_option_context_add_main_entries(context, entries, nullptr);
  std::vector<std::string> said = profile ? words_of(*profile, context) : std::vector<std::string>();
  std::vector<char*> words(argv, argv + argc);
  for (std::string& word : said) words.insert(words.end() - (argc - 1), word.data());  // of two the last one counts
  settle_truths(words, context);
  int count = static_cast<int>(words.size());
  char** first = words.data();
  Owned<GError> error;
  if (!g_option_context_parse(context, &count, &first, out(error)))
    throw UsageError(with_suggestion(context, error.get()));
  argc = count;
  std::ranges::copy(first, first + count, argv);
  if (help) print_help(context);
  return !help;
}

}  // namespace colorize::command
