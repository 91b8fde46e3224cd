// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>
#include <array>

#include "archive.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/terminal.h"
#include "common/words.h"
#include "file.h"
#include "film/record.h"
#include "folder.h"
#include "lease.h"
#include "lists.h"
#include "photographs.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* summary =
    "Tells how far the work is that 'gst-colorize plan' has planned in DIR: how many pieces are made, how long the "
    "rest takes with as many at work as now, and the last words of what failed.";

struct Failed {
  std::size_t piece;  ///< or the first one of what is not joined
  std::string input;
  LastWords words;
};

struct Count {
  std::size_t pieces = 0, made = 0, taken = 0, stopped = 0, failed = 0;
  std::size_t films = 0, joined = 0, ready = 0;
  std::uint64_t cost = 0, cost_made = 0;
  std::vector<Failed> failures = {};
  std::vector<Failed> refused = {};  ///< by join
  std::vector<Item> problems = {};
  std::optional<double> seconds_of_cost = {};  ///< how long a piece takes for what it costs

  /// Of the rest, with as many at work as now, at least one.
  std::optional<double> seconds_left() const {
    if (made == pieces) return 0;
    if (!seconds_of_cost) return std::nullopt;
    return *seconds_of_cost * static_cast<double>(cost - cost_made) /
           static_cast<double>(std::max<std::size_t>(1, taken));
  }
};

/// From the records of some pieces, of so many films: all of them would take long to read.
class Pace {
 public:
  void look_at(const fs::path& folder, std::uint64_t cost_of_piece) {
    if (++looked_at_ > enough) return;
    std::error_code error;
    for (fs::directory_iterator i(folder, error); !error && i != fs::end(i); i.increment(error)) {
      const std::string name = i->path().filename().string();
      if (!name.starts_with("picture") || !name.ends_with(".json")) continue;
      try {
        seconds_ += record_of(read_file(i->path())).seconds;
        cost_ += static_cast<double>(cost_of_piece);
      } catch (const std::exception&) {  // it has just been joined
      }
      return;
    }
  }
  std::optional<double> seconds_of_cost() const { return cost_ > 0 ? std::optional(seconds_ / cost_) : std::nullopt; }

 private:
  static constexpr int enough = 50;
  int looked_at_ = 0;
  double seconds_ = 0, cost_ = 0;
};

Count count_all(const fs::path& work, const std::stop_token& stop) {
  constexpr std::size_t most_words = 100;
  Count count;
  Pace pace;
  const auto now = time_in(work);
  const auto is_held = [&](const fs::path& lease) {
    return !holder_of_lease(lease).empty() && !(now && is_silent(lease, *now));
  };
  for (const Item& entry : read_items(work)) {
    if (stop.stop_requested()) throw Interrupted();
    ++count.films;
    if (!entry.problem.empty()) {
      count.problems.push_back(entry);
      continue;
    }
    const fs::path folder = work / entry.folder;
    const FolderState state = state_of_folder(folder, entry.pieces);
    const bool is_joined = state.has_list_of_result && has_results(folder);
    const std::uint64_t cost_of_piece = entry.pieces > 0 ? entry.cost / entry.pieces : 0;
    std::size_t made = 0;
    for (std::size_t i = 0; i < entry.pieces; ++i) {
      if (is_joined || state.made[i]) {
        ++made;
      } else if (state.taken[i] && is_held(lease_of_piece(folder, i))) {
        ++count.taken;
      } else if (state.failed[i]) {
        ++count.failed;
        if (count.failures.size() < most_words)
          count.failures.push_back({entry.first + i, entry.input, last_words(failure_of_piece(folder, i))});
      } else if (state.taken[i]) {
        ++count.stopped;
      }
    }
    if (state.join_failed && !is_joined && count.refused.size() < most_words)
      count.refused.push_back({entry.first, entry.input, last_words(failure_to_join(folder))});
    if (made > 0 && !is_joined) pace.look_at(folder, cost_of_piece);
    count.pieces += entry.pieces;
    count.made += made;
    count.cost += entry.cost;
    count.cost_made += made == entry.pieces ? entry.cost : cost_of_piece * made;
    count.joined += is_joined ? 1 : 0;
    count.ready += !is_joined && made == entry.pieces ? 1 : 0;
  }
  count.seconds_of_cost = pace.seconds_of_cost();
  return count;
}

void print_json(const Count& count) {
  Json json;
  json.object().count("pieces", count.pieces).count("made", count.made).count("taken", count.taken);
  json.count("stopped", count.stopped).count("failed", count.failed).count("left", count.pieces - count.made);
  json.count("films", count.films).count("joined", count.joined).count("ready", count.ready);
  const auto seconds = count.seconds_left();
  seconds ? json.number("seconds-left", *seconds) : json.nothing("seconds-left");
  json.array("failures");
  for (const auto& [piece, input, words] : count.failures) {
    json.object().count("piece", piece).text("input", input).text("host", words.host).text("words", words.text);
    json.count("attempts", words.attempts).end_object();
  }
  json.end_array().array("refused");
  for (const auto& [piece, input, words] : count.refused) {
    json.object().text("input", input).text("host", words.host).text("words", words.text);
    json.count("attempts", words.attempts).end_object();
  }
  json.end_array().array("problems");
  for (const Item& entry : count.problems)
    json.object().text("input", entry.input).text("words", entry.problem).end_object();
  g_print("%s", json.end_array().end_object().lines().c_str());
}

void print(const Count& count) {
  const auto say = [](const std::string& line) { g_print("%s\n", shown(line).c_str()); };
  say(std::to_string(count.made) + " of " + counted(count.pieces, "piece") + " made, " + std::to_string(count.taken) +
      " at work, " + std::to_string(count.failed) + " failed" +
      (count.stopped == 0 ? ""
                          : ", " + std::to_string(count.stopped) + " stopped: who made them gives no sign of life"));
  say(std::to_string(count.joined) + " of " + counted(count.films, "film") + " joined, " + std::to_string(count.ready) +
      " ready to be joined" +
      (count.problems.empty() ? "" : ", " + std::to_string(count.problems.size()) + " that cannot be made"));
  if (const auto seconds = count.seconds_left(); seconds && count.made < count.pieces)
    say("about " + clock_time(*seconds) + " left");
  for (const auto& [piece, input, words] : count.failures)
    say("piece " + std::to_string(piece) + ", " + input + ": " + words.text + " (" + words.host + ", " +
        counted(words.attempts, "attempt") + ")");
  if (!count.failures.empty()) say("'gst-colorize piece DIR N' makes such a piece again");
  for (const auto& [piece, input, words] : count.refused)
    say(input + " could not be joined: " + words.text + " (" + words.host + ", " + counted(words.attempts, "attempt") +
        ")");
  if (!count.refused.empty()) say("'gst-colorize join DIR' tries it again");
  for (const Item& entry : count.problems) say(entry.input + ": " + entry.problem);
}

}  // namespace

int tell_of_archive(int argc, char** argv, const std::stop_token& stop) {
  gboolean as_json = FALSE;
  gchar** words = nullptr;
  const GOptionEntry entries[] = {
      {"json", 0, 0, G_OPTION_ARG_NONE, &as_json, "Print JSON", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&words), nullptr, nullptr},
      {}};
  const auto context = option_context("DIR", summary);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  const bool wanted = parse_options(context.get(), argc, argv);
  const Owned<gchar*> owned_words(words);
  if (!wanted) return all_done;
  if (!words || g_strv_length(words) != 1) throw UsageError("it takes the folder of the work");
  (as_json ? print_json : print)(count_all(fs::absolute(words[0]), stop));
  return all_done;
}

}  // namespace colorize::command
