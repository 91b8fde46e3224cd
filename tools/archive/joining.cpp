// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>
#include <functional>

#include "archive.h"
#include "common/checksum.h"
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
#include "film/sequence.h"
#include "film/workfolder.h"
#include "folder.h"
#include "lease.h"
#include "lists.h"
#include "photographs.h"
#include "record/account.h"
#include "record/place.h"
#include "record/recordfile.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* summary =
    "Makes the results of the work that 'gst-colorize plan' has planned in DIR, of those films and photographs whose "
    "pieces are all there, or of FILM alone, by its name or its result's. Says what is missing. The pieces of a film "
    "go when it is made, and nothing else does. Several may join at once.";

void say(const std::string& line) { g_printerr("%s\n", shown(line).c_str()); }

/// Tells what is remarked of a film, and keeps it for its record.
struct Remarks : Progress {
  explicit Remarks(std::string of) : name(std::move(of)) {}
  void at(double, double, std::uint64_t) override {}
  void remark(const Remark& remark) override {
    say(name + ": " + remark.text);
    all.push_back(remark);
  }
  void piece(std::size_t, std::size_t, const fs::path&) override {}

  std::string name;
  std::vector<Remark> all = {};
};

/// Where the record of a result goes, beside which there may be others of its stem. Throws Failure.
fs::path record_for(const fs::path& result) {
  for (const fs::path& record : {record_beside(result), whole_name_record_beside(result)})
    if (std::error_code unknown; !fs::exists(fs::symlink_status(record, unknown)) || is_record_of(record, result))
      return record;
  throw Failure("its record would replace " + whole_name_record_beside(result).string() +
                ", which is no record of this result; move it away");
}

/// Has `finish` give a result its name when its record is there.
void finish_with_record(const fs::path& source, const std::optional<Sequence>& sequence, const fs::path& result,
                        const Choices& choices, const Made& made, const std::vector<Remark>& remarks,
                        const std::stop_token& stop, const std::function<void()>& finish) {
  Account account(source, sequence, result, record_for(result), choices);
  try {
    account.write(made, remarks, stop);
    finish();
  } catch (...) {
    account.withdraw();
    throw;
  }
}

/// "4, 7-9": the numbers over the whole work of pieces of one film.
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

/// Of pieces, of which `status` tells anyway.
struct MissingPieces : Failure {
  using Failure::Failure;
};

[[noreturn]] void fail_for(const std::vector<std::size_t>& missing, const Item& item) {
  throw MissingPieces(std::to_string(missing.size()) + " of " + counted(item.pieces, "piece") +
                      (missing.size() == 1 ? " is missing: " : " are missing: ") + ranges(missing));
}

/// Throws Failure where not all pieces are there by their names, before any is read.
void check_names(const Item& item, const FolderState& state) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < item.pieces; ++i)
    if (!state.made[i]) missing.push_back(item.first + i);
  if (!missing.empty()) fail_for(missing, item);
}

/// Throws Failure where not all pieces are as they were written. One that is not is marked, and is to be made again.
void check_pieces(const Item& item, const FilmPlan& plan, const fs::path& folder, const std::string& token) {
  std::vector<std::size_t> missing;
  for (std::size_t i = 0; i < item.pieces; ++i) {
    const std::optional<std::string> fault = fault_of_piece(plan, i, folder);
    if (fault == "") continue;
    missing.push_back(item.first + i);
    if (fault) write_last_words(failure_of_piece(folder, i), *fault, token);
  }
  if (!missing.empty()) fail_for(missing, item);
}

void remove_pieces(const FilmPlan& plan, const fs::path& folder) {
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) {
    const fs::path piece = file_of_piece(plan, i, folder);
    fs::remove(piece);
    fs::remove(fs::path(piece).replace_extension(".json"));
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))  // last words of who was killed meanwhile
    if (const fs::path name = entry.path().filename();
        name.string().starts_with("piece") && name.extension() == ".partial")
      fs::remove(entry.path());
}

/// Where another one was faster, and its result is the same, that is told by `is_there`.
void give_name(const std::function<void()>& give, const std::function<bool()>& is_there) try {
  give();
} catch (const Failure&) {
  if (!is_there()) throw;
}

constexpr const char* differs = "this machine would join it otherwise: ";

/// Throws Failure or Interrupted.
void join_film(const Item& item, const fs::path& folder, const std::string& token, const std::stop_token& stop) {
  const FilmPlan plan = plan_of(read_file(folder / "plan.json"));
  if (plan.pieces.size() != item.pieces) throw Failure("its folder holds another plan; plan again");
  // What is written down of versions is what is here, and so is what writes the container.
  if (const std::string unlike = unlike_plan(plan, Task::joining); !unlike.empty()) throw Failure(differs + unlike);
  check_pieces(item, plan, folder, token);
  const SteadyFile film(plan.film);
  const std::optional<Sequence> sequence = sequence_in(plan.film);
  Remarks remarks(item.input);
  for (const std::string& name : remove_strangers(plan, folder))
    remarks.remark({"stranger-removed", name + ", which is no piece of this film, is removed"});
  for (const Remark& remark : plan.remarks) remarks.remark(remark);
  std::uint64_t frames = 0;
  for (std::size_t i = 0; i < plan.tracks.size(); ++i) frames += frames_of_pieces(plan, folder, i);
  if (frames == 0) throw Failure("none of its pictures could be decoded");
  std::error_code error;
  fs::create_directories(fs::path(item.output).parent_path(), error);
  std::optional<WorkFolder> beside;  // where a file lies until it has its name; each picture has its own at once
  if (!names_of_pictures(item.output)) beside.emplace(item.output, token);
  Made made = made_of_pieces(plan, folder);
  made.files = join(plan, folder, beside ? beside->whole() : fs::path(item.output), remarks, stop, item.overwrite);
  film.check();
  if (sequence) check_unchanged(*sequence);
  std::vector<ResultFile> result;
  if (beside) {
    made.file = beside->whole();
    made.sha256 = sha256_of(made.file, stop);
    result.push_back({item.output, fs::file_size(made.file), made.sha256});
  }
  for (const fs::path& picture : made.files) result.push_back({picture.string(), fs::file_size(picture)});
  try {
    finish_with_record(sequence ? fs::path(item.input) : plan.film, sequence, item.output, plan.recipe.choices, made,
                       remarks.all, stop, [&] {
                         // Written down first: who is killed after this line finds that it is done.
                         write_result(folder, result, token);
                         if (!beside) return;
                         give_name([&] { beside->finish(item.overwrite, false); },
                                   [&] { return has_result(folder, true); });
                       });
  } catch (...) {
    if (!has_result(folder, true)) fs::remove(result_in(folder));
    throw;
  }
  if (beside) fs::remove(beside->whole());  // where another one was faster
  remove_pieces(plan, folder);
}

/// Gives a photograph of a batch its final name. Throws Failure, or Interrupted.
void finish_photograph(const Batch& batch, std::size_t number, const fs::path& folder, bool overwrite,
                       const std::string& token, const std::stop_token& stop) {
  const Photograph& photograph = batch.photographs[number];
  const fs::path lying = file_of_photograph(batch, number, folder), output = photograph.output;
  const std::optional<std::string> fault = fault_of_photograph(batch, number, folder);
  if (fault && !fault->empty()) write_last_words(failure_of_piece(folder, 0), *fault, token);
  if (fault != "") throw MissingPieces(fault ? *fault : "is missing");
  if (!are_alike(state_in_words(photograph.input), photograph.state))
    throw Failure(photograph.input + " has changed since it was planned; plan it again");
  const auto is_there = [&] { return fs::exists(output) && sha256_of(output, {}) == sha256_of(lying, {}); };
  if (fs::exists(output) && !overwrite && !is_there())
    throw Failure("is there already; --overwrite of 'plan' replaces it");
  fs::create_directories(output.parent_path());
  for (const fs::path& partial : partial_files(output)) fs::remove(partial);
  const auto [made, remarks] = made_of_photograph(batch, number, folder);
  finish_with_record(photograph.input, std::nullopt, output, batch.choices, made, remarks, stop, [&] {
    const auto write = [&](const fs::path& partial) { fs::copy_file(lying, partial); };
    give_name([&] { write_whole(output, write, token, overwrite); }, is_there);
  });
}

/// Gives the photographs of a batch their final names, but for those that have them; one that cannot have it keeps none
/// from it. Throws Failure or Interrupted.
void join_batch(const Item& item, const fs::path& folder, const std::string& token, const std::stop_token& stop) {
  const Batch batch = batch_in(folder);
  Properties properties = batch.choices.properties;
  const auto here = versions_here(properties, batch.choices.to_gray);
  if (const std::string unlike = unlike_versions(batch.made_with, here, Task::joining); !unlike.empty())
    throw Failure(differs + unlike);
  const std::vector<bool> there = results_there(batch, folder);
  std::vector<ResultFile> results;
  std::string missing;
  bool is_refused = false;
  for (std::size_t i = 0; i < batch.photographs.size(); ++i) {
    if (stop.stop_requested()) throw Interrupted();
    try {
      if (!there[i]) finish_photograph(batch, i, folder, item.overwrite, token, stop);
      results.push_back({batch.photographs[i].output, fs::file_size(batch.photographs[i].output)});
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {
      is_refused |= !dynamic_cast<const MissingPieces*>(&error);
      missing += (missing.empty() ? "" : "; ") + batch.photographs[i].output + ": " + error.what();
    }
  }
  write_result(folder, results, token);
  missing = "of " + counted(batch.photographs.size(), "photograph") + " in piece " + std::to_string(item.first) + ": " +
            missing;
  if (is_refused) throw Failure(missing);
  if (results.size() < batch.photographs.size()) throw MissingPieces(missing);
  for (std::size_t i = 0; i < batch.photographs.size(); ++i) remove_photograph(batch, i, folder);
  fs::remove(end_of_batch(folder));  // if the results go, they are to be made again
}

/// Returns whether the result is there.
bool join_item(const Item& item, const fs::path& work, const std::stop_token& stop) try {
  if (!item.problem.empty()) throw Failure(item.problem);
  const fs::path folder = work / item.folder;
  if (has_results(folder)) return true;
  if (const FolderState state = state_of_folder(folder, item.pieces); !state.has_list_of_result && !item.is_batch)
    check_names(item, state);
  const Lease lease(folder / "join.lease", stop);
  if (has_results(folder)) return true;
  if (!item.is_batch) fs::remove(result_in(folder));  // of a result that went away, or is another one now
  try {
    (item.is_batch ? join_batch : join_film)(item, folder, lease.token(), stop);
  } catch (const Interrupted&) {
    throw;
  } catch (const MissingPieces&) {
    throw;
  } catch (const std::exception& error) {
    if (!has_results(folder)) write_last_words(failure_to_join(folder), error.what(), lease.token());
    throw;
  }
  fs::remove(failure_to_join(folder));
  say(item.input + " -> " + item.output + (item.is_batch ? " and others" : ""));
  return true;
} catch (const Interrupted&) {
  throw;
} catch (const std::exception& error) {
  if (item.problem.empty() && has_results(work / item.folder)) return true;  // another one has made it meanwhile
  say("gst-colorize: " + item.input + ": " + error.what());
  return false;
}

/// Whether a name is that of a film or photograph of an item, or of its result.
bool is_of_item(const std::string& name, const Item& item, const fs::path& work) {
  if (item.input == name || item.output == name) return true;
  if (!item.is_batch || !item.problem.empty()) return false;
  return std::ranges::any_of(batch_in(work / item.folder).photographs, [&](const Photograph& photograph) {
    return photograph.input == name || photograph.output == name;
  });
}

}  // namespace

int join_archive(int argc, char** argv, const std::stop_token& stop) {
  gboolean quiet = FALSE;
  gchar** words = nullptr;
  const GOptionEntry entries[] = {
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Do not tell how far it is with long films", nullptr},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, static_cast<gpointer>(&words), nullptr, nullptr},
      {}};
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
    std::erase_if(all, [&](const Item& item) { return !is_of_item(name, item, work); });
    if (all.empty()) throw Failure(name + " is not among the films that are planned in " + work.string());
  }
  std::optional<ChecksumListener> listener;
  if (!quiet) listener.emplace(lines_of_checksums());
  bool all_there = true;
  std::vector<Item> later;  // what another process is joining just now
  for (const Item& item : all)
    if (!holder_of_lease(work / item.folder / "join.lease").empty())
      later.push_back(item);
    else
      all_there &= join_item(item, work, stop);
  for (const Item& item : later) all_there &= join_item(item, work, stop);
  return all_there ? all_done : some_failed;
}

}  // namespace colorize::command
