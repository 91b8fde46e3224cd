// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>

#include "archive.h"
#include "common/commandline.h"
#include "common/failure.h"
#include "common/terminal.h"
#include "common/words.h"
#include "file.h"
#include "film/filestate.h"
#include "film/join.h"
#include "film/piece.h"
#include "film/planfile.h"
#include "film/record.h"
#include "film/workfolder.h"
#include "folder.h"
#include "lease.h"
#include "lists.h"
#include "photographs.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* summary =
    "Makes the results of the work that 'gst-colorize plan' has planned in DIR, of those films and photographs whose "
    "pieces are all there, or of FILM alone, by its name or its result's. Says what is missing. The pieces of a film "
    "go "
    "when it is made, and nothing else does. Several may join at once.";

void say(const std::string& line) { g_printerr("%s\n", shown(line).c_str()); }

/// Tells what is remarked of a film.
struct Remarks : Progress {
  explicit Remarks(std::string of) : name(std::move(of)) {}
  void at(double, double, std::uint64_t) override {}
  void remark(const Remark& remark) override { say(name + ": " + remark.text); }
  void piece(std::size_t, std::size_t, const fs::path&) override {}

  std::string name;
};

/// "4, 7-9": the numbers over the whole work of pieces of an entry.
std::string ranges(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (last > i) text += "-" + std::to_string(numbers[last]);
    i = last;
  }
  return text;
}

/// Throws Failure where not all pieces are there and as they were written. One that is not is marked, and is to be made
/// again.
void check_pieces(const Item& entry, const fs::path& folder, const std::string& token,
                  const std::function<std::optional<std::string>(std::size_t)>& fault_of) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < entry.pieces; ++i) {
    const bool has_failed = fs::exists(failure_of_piece(folder, i));
    const std::optional<std::string> fault = has_failed ? std::nullopt : fault_of(i);
    if (fault == "") continue;
    missing.push_back(entry.first + i);
    if (fault) write_last_words(failure_of_piece(folder, i), *fault, token);
  }
  if (missing.empty()) return;
  throw Failure(std::to_string(missing.size()) + " of " + counted(entry.pieces, "piece") +
                (missing.size() == 1 ? " is missing: " : " are missing: ") + ranges(missing));
}

void remove_pieces(const FilmPlan& plan, const fs::path& folder) {
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) {
    const fs::path piece = file_of_piece(plan, i, folder);
    fs::remove(piece);
    fs::remove(fs::path(piece).replace_extension(".json"));
  }
}

/// Throws Failure or Interrupted.
void join_film(const Item& entry, const fs::path& folder, const std::string& token, const std::stop_token& stop) {
  const FilmPlan plan = plan_of(read_file(folder / "plan.json"));
  if (plan.pieces.size() != entry.pieces) throw Failure("its folder holds another plan; plan again");
  check_pieces(entry, folder, token, [&](std::size_t i) { return fault_of_piece(plan, i, folder); });
  check_film(plan);
  const SteadyFile film(plan.film);
  Remarks remarks(entry.input);
  for (const Remark& remark : plan.remarks) remarks.remark(remark);
  std::uint64_t frames = 0;
  for (std::size_t i = 0; i < plan.tracks.size(); ++i) frames += frames_of_pieces(plan, folder, i);
  if (frames == 0) throw Failure("none of its pictures could be decoded");
  std::error_code error;
  fs::create_directories(fs::path(entry.output).parent_path(), error);
  const WorkFolder beside(entry.output, token);
  join(plan, folder, beside.whole(), remarks, stop);
  film.check();
  const Result result{entry.output, fs::file_size(beside.whole()), checksum_of(beside.whole())};
  // Written down first: who is killed after the next line finds that it is done.
  write_result(folder, result, token);
  try {
    beside.finish(entry.overwrite, false);
  } catch (const Failure&) {
    if (is_whole(folder)) return;
    fs::remove(result_in(folder));
    throw;
  }
  remove_pieces(plan, folder);
}

/// Gives the photographs of a batch their final names. Throws Failure or Interrupted.
void join_batch(const Item& entry, const fs::path& folder, const std::string& token, const std::stop_token& stop) {
  const Batch batch = batch_in(folder);
  std::string missing;
  for (std::size_t i = 0; i < batch.photographs.size(); ++i) {
    if (stop.stop_requested()) throw Interrupted();
    const fs::path made = file_of_photograph(batch, i, folder), output = batch.photographs[i].output;
    const std::optional<std::string> fault = fault_of_photograph(batch, i, folder);
    std::string why = !fault ? "is missing" : *fault;
    if (why.empty() && fs::exists(output) && !entry.overwrite && checksum_of(output) != checksum_of(made))
      why = "is there already; --overwrite of 'plan' replaces it";
    if (!why.empty()) {
      missing += (missing.empty() ? "" : "; ") + output.string() + ": " + why;
      if (fault && !fault->empty()) write_last_words(failure_of_piece(folder, 0), *fault, token);
      continue;
    }
    std::error_code error;
    fs::create_directories(output.parent_path(), error);
    for (const fs::path& partial : partial_files(output)) fs::remove(partial);
    write_whole(
        output, [&](const fs::path& partial) { fs::copy_file(made, partial); }, token);
  }
  if (!missing.empty())
    throw Failure("of " + counted(batch.photographs.size(), "photograph") + " in piece " + std::to_string(entry.first) +
                  ": " + missing);
  write_text(result_in(folder), "{}\n", token);
  for (std::size_t i = 0; i < batch.photographs.size(); ++i) {
    const fs::path made = file_of_photograph(batch, i, folder);
    fs::remove(made);
    fs::remove(made.string() + ".json");
  }
}

bool is_joined(const Item& entry, const fs::path& folder) {
  return fs::exists(result_in(folder)) && (entry.is_batch || is_whole(folder));
}

/// Returns whether the result is there.
bool join_entry(const Item& entry, const fs::path& work, const std::stop_token& stop) try {
  if (!entry.problem.empty()) throw Failure(entry.problem);
  const fs::path folder = work / entry.folder;
  if (is_joined(entry, folder)) return true;
  const Lease lease(folder / "join.lease", stop);
  if (is_joined(entry, folder)) return true;
  fs::remove(result_in(folder));  // of a result that went away, or is another one now
  (entry.is_batch ? join_batch : join_film)(entry, folder, lease.token(), stop);
  say(entry.input + " -> " + entry.output + (entry.is_batch ? " and others" : ""));
  return true;
} catch (const Interrupted&) {
  throw;
} catch (const std::exception& error) {
  say("gst-colorize: " + entry.input + ": " + error.what());
  return false;
}

}  // namespace

int join_archive(int argc, char** argv, const std::stop_token& stop) {
  gchar** words = nullptr;
  const GOptionEntry entries[] = {
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&words), nullptr, nullptr}, {}};
  const auto context = option_context("DIR [FILM]", summary);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  const bool wanted = parse_options(context.get(), argc, argv);
  const Owned<gchar*> owned_words(words);
  if (!wanted) return all_done;
  const std::size_t count = words ? g_strv_length(words) : 0;
  if (count < 1 || count > 2) throw UsageError("it takes the folder of the work, and one film or none");
  const fs::path work = fs::absolute(words[0]);
  std::vector<Item> all = read_items(work);
  if (count == 2) {
    const std::string name = fs::absolute(words[1]).lexically_normal().string();
    std::erase_if(all, [&](const Item& entry) { return entry.input != name && entry.output != name; });
    if (all.empty()) throw Failure(name + " is not among the films that are planned in " + work.string());
  }
  bool all_there = true;
  std::vector<Item> later;  // what another process is joining just now
  for (const Item& entry : all)
    if (!holder_of_lease(work / entry.folder / "join.lease").empty())
      later.push_back(entry);
    else
      all_there &= join_entry(entry, work, stop);
  for (const Item& entry : later) all_there &= join_entry(entry, work, stop);
  return all_there ? all_done : some_failed;
}

}  // namespace colorize::command
