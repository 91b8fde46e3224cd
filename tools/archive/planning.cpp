// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <opencv2/core/utility.hpp>
#include <thread>

#include "archive.h"
#include "batch/jobs.h"
#include "batch/options.h"
#include "batch/reporter.h"
#include "batches.h"
#include "common/commandline.h"
#include "common/content.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/properties.h"
#include "common/remark.h"
#include "common/terminal.h"
#include "common/words.h"
#include "file.h"
#include "film/apart.h"
#include "film/filestate.h"
#include "film/film.h"
#include "film/pictureresults.h"
#include "film/planfile.h"
#include "film/processor.h"
#include "film/sequence.h"
#include "film/shape.h"
#include "film/tracing.h"
#include "film/workfolder.h"
#include "folder.h"
#include "lease.h"
#include "lists.h"
#include "photographs.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char *order_name = "order.json", *plan_name = "plan.json", *pieces_name = "pieces.json";

std::string digest_of(const std::string& text) {
  const Owned<gchar> digest(g_compute_checksum_for_string(G_CHECKSUM_SHA256, text.c_str(), -1));
  return digest.get();
}

/// Where the work on a result lies: the same whatever else is planned, and no folder with ten thousand in it.
std::string folder_for(const std::string& result) {
  const std::string digest = digest_of(result);
  return "films/" + digest.substr(0, 2) + "/" + digest.substr(2, 16);
}

/// What a piece needs, by what was measured, and for a machine ten times as slow.
Need need_of(std::uint64_t frames, std::uint64_t pixels, int threads) {
  constexpr double seconds_of_network = 0.3, seconds_of_pixel = 1e-6, bytes_of_pixel = 250;
  constexpr int megabytes_of_all = 500, minutes_of_all = 5;
  const double all = static_cast<double>(pixels);
  const double seconds = static_cast<double>(frames) * (seconds_of_network + seconds_of_pixel * all);
  return {.threads = threads,
          .megabytes = megabytes_of_all + static_cast<int>(bytes_of_pixel * all / 1e6),
          .minutes = minutes_of_all + static_cast<int>(seconds / 60)};
}

Unit unit_of(std::size_t piece, std::uint64_t frames, std::uint64_t pixels, int threads) {
  return {.piece = piece, .frames = frames, .cost = frames * pixels, .need = need_of(frames, pixels, threads)};
}

/// The pieces of a film, with the frames that are looked at before each of them.
std::vector<Unit> units_of(const FilmPlan& plan) {
  std::vector<Unit> units;
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) {
    const Piece& piece = plan.pieces[i];
    const PlannedTrack& track = plan.tracks[piece.track];
    const auto [width, height] = size_on_the_way(track, plan.recipe.choices);
    const std::uint64_t pixels =
        static_cast<std::uint64_t>(width > 0 ? width : 720) * static_cast<std::uint64_t>(height > 0 ? height : 576);
    const std::vector<std::int64_t>& shown = track.pictures->shown;
    const auto first = std::ranges::lower_bound(shown, piece.warm_up),
               last = std::ranges::lower_bound(shown, piece.end);
    const std::ptrdiff_t known = last - first;
    units.push_back(
        unit_of(i, known > 0 ? static_cast<std::uint64_t>(known) : track.pictures->count, pixels, plan.recipe.threads));
  }
  return units;
}

std::string to_json(const std::string& order, const std::vector<Unit>& units) {
  Json json;
  json.object().text("order", order).array("pieces");
  for (const Unit& unit : units) {
    json.object().count("frames", unit.frames).count("cost", unit.cost).integer("threads", unit.need.threads);
    json.integer("megabytes", unit.need.megabytes).integer("minutes", unit.need.minutes).end_object();
  }
  return json.end_array().end_object().line();
}

/// The pieces that were planned in a folder; nothing where that was for another order.
std::optional<std::vector<Unit>> planned_in(const fs::path& folder, const std::string& order) try {
  if (!fs::exists(folder / pieces_name)) return std::nullopt;
  const JsonValue value = JsonValue::parse(read_file(folder / pieces_name));
  if (value.at("order").text() != digest_of(order)) return std::nullopt;
  std::vector<Unit> units;
  for (const JsonValue& one : value.at("pieces").elements()) {
    const auto number = [&](const char* key) { return one.at(key).integer(); };
    units.push_back({.piece = units.size(),
                     .frames = static_cast<std::uint64_t>(number("frames")),
                     .cost = static_cast<std::uint64_t>(number("cost")),
                     .need = {.threads = static_cast<int>(number("threads")),
                              .megabytes = static_cast<int>(number("megabytes")),
                              .minutes = static_cast<int>(number("minutes"))}});
  }
  return units;
} catch (const std::exception&) {
  return std::nullopt;
}

/// But for the list of a sequence's pictures, which the order is of.
void empty_folder(const fs::path& folder) try {
  fs::create_directories(folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder))
    if (entry.path().filename() != sequence_list) fs::remove_all(entry.path());
} catch (const fs::filesystem_error& error) {
  throw Failure(error.what());
}

/// A job's entry, and its pieces, which have no numbers yet.
struct Planned {
  Item entry;
  std::vector<Unit> units = {};
};

Planned begun(const Job& job, const Options& options) {
  Planned planned;
  planned.entry.input = fs::absolute(job.input).lexically_normal().string();
  planned.entry.output = name_of_result(job.output);
  planned.entry.folder = folder_for(planned.entry.output);
  planned.entry.overwrite = options.choices.overwrite;
  return planned;
}

/// Throws Failure where the result must not be made, whatever the work.
void check_job(const Job& job) {
  if (!job.problem.empty()) throw Failure(job.problem);
  if (job.sequence && names_of_pictures(job.output)) check_results(*job.sequence, job.output);
}

/// Throws Failure where there is a result that is not of the order which is planned, `as_planned`, in a folder.
void check_output(const Job& job, const Options& options, const fs::path& folder, bool as_planned) {
  if (options.choices.overwrite || !is_there(job.output, false)) return;
  // Of numbered pictures those of who was interrupted while he joined may be there, which are not all yet.
  const bool is_its_own = as_planned && (names_of_pictures(job.output) || has_result(folder, false));
  if (!is_its_own) throw is_there_already(job.output);
}

/// The file that is planned: of a sequence its list, which stays as it is while the pictures do. Throws Failure where
/// they do not, and there is a result of them as they were.
fs::path film_of(const Job& job, const Options& options, const std::string& input, const fs::path& folder) {
  if (!job.sequence) return input;
  fs::path list = folder / sequence_list;
  const std::string text = to_json(*job.sequence);
  fs::create_directories(folder);
  if (!fs::exists(list) || read_file(list) != text) {
    check_output(job, options, folder, false);
    write_text(list, text);
  }
  return list;
}

/// What was planned on another processor stays planned where this one can take its level, as workers do.
void keep_level(std::map<std::string, std::string>& made_with, const fs::path& before) try {
  const std::string level = JsonValue::parse(read_file(before)).at("made-with").at("processor").text();
  if (words_beyond(level, made_with.at("processor")).empty()) made_with["processor"] = level;
} catch (const std::exception&) {  // nothing was planned
}

/// Nothing where there are no pictures in what a folder holds.
std::optional<Planned> planned_film(const Job& job, const Options& options, const std::stop_token& stop) {
  Planned planned = begun(job, options);
  const fs::path folder = options.work / planned.entry.folder;
  try {
    check_job(job);
    FilmPlan wanted = plan_without_survey(film_of(job, options, planned.entry.input, folder), options.choices,
                                          container_of(job.output));
    keep_level(wanted.made_with, folder / order_name);
    const std::string order = to_json(wanted);
    auto units = planned_in(folder, order);
    check_output(job, options, folder, units.has_value());
    if (!units) {
      if (!job.asked_for && is_sound_alone(job.input)) return std::nullopt;
      empty_folder(folder);
      write_text(folder / order_name, order);
      run_apart({"--plan-film", folder.string(), planned.entry.output}, "planned it", stop, [](const auto&...) {});
      units = planned_in(folder, order);
    }
    if (!units) throw Failure(folder.string() + " holds no plan");
    planned.units = std::move(*units);
  } catch (const Interrupted&) {
    throw;
  } catch (const std::exception& error) {
    planned.entry.problem = error.what();
  }
  return planned;
}

/// A batch, if anything is to be made, and the photographs of it whose results are in the way.
std::vector<Planned> planned_batch(const OpenBatch& open, const Options& options) {
  Batch batch{.choices = options.choices, .made_with = {}, .threads = 1, .photographs = {}};
  batch.made_with = versions_here(batch.choices.properties, batch.choices.to_gray);
  batch.threads = threads_for(batch.choices.properties);
  const auto folder_of_all = [](const std::vector<const Job*>& jobs) {
    std::string outputs;
    for (const Job* job : jobs) outputs += name_of_result(job->output) + "\n";
    return folder_for(outputs);
  };
  std::string name = open.folder.empty() ? folder_of_all(open.jobs) : open.folder;
  keep_level(batch.made_with, options.work / name / "batch.json");
  const std::optional<Batch> before = batch_as(batch, options.work / name);
  const std::vector<Photograph> own =
      before ? with_own_results(*before, options.work / name) : std::vector<Photograph>{};
  std::vector<Planned> all;
  std::vector<const Job*> jobs;
  for (const Job* job : open.jobs) {
    Planned one = begun(*job, options);
    const Photograph photograph{one.entry.input, one.entry.output, state_in_words(one.entry.input)};
    if (!options.choices.overwrite && is_there(job->output, false) && std::ranges::count(own, photograph) == 0) {
      one.entry.problem = is_there_already(job->output).what();
      one.entry.is_batch = true;
      one.entry.folder = name;
      all.push_back(std::move(one));
    } else {
      batch.photographs.push_back(photograph);
      jobs.push_back(job);
    }
  }
  if (jobs.empty()) return all;
  if (!before && !all.empty()) name = folder_of_all(jobs);  // what is in the way stays known where it was made
  Planned planned = begun(*jobs.front(), options);
  planned.entry.is_batch = true;
  planned.entry.folder = name;
  const fs::path folder = options.work / name;
  const std::string order = to_json(batch);
  if (auto units = planned_in(folder, order)) {
    planned.units = std::move(*units);
  } else {
    const std::uint64_t pixels = std::max<std::uint64_t>(1, open.pixels / open.jobs.size());
    planned.units.push_back(unit_of(0, jobs.size(), pixels, batch.threads));
    before ? reduce_folder(folder, *before, batch) : empty_folder(folder);
    write_text(folder / "batch.json", order);
    write_text(folder / pieces_name, to_json(digest_of(order), planned.units));
  }
  all.push_back(std::move(planned));
  return all;
}

void say(const std::string& line) { g_printerr("%s\n", shown(line).c_str()); }

/// All films, some at a time; photographs in batches behind them.
std::vector<Planned> plan_all(const std::vector<Job>& jobs, const Options& options, const std::stop_token& stop) {
  std::vector<std::optional<Planned>> films(jobs.size());
  std::atomic<std::size_t> next = 0;
  std::mutex telling;
  const auto worker = [&] {
    const RemarkListener listener([&](const Remark&) {});  // join tells them, of the plan
    for (std::size_t i; (i = next++) < jobs.size() && !stop.stop_requested();) {
      if (jobs[i].still && jobs[i].problem.empty()) continue;
      try {
        films[i] = planned_film(jobs[i], options, stop);
      } catch (const Interrupted&) {
        return;
      }
      const std::lock_guard lock(telling);
      const std::string name = jobs[i].input.string();
      if (!films[i])
        say("left alone: " + name + ": has no pictures");
      else if (!films[i]->entry.problem.empty())
        say("gst-colorize: " + name + ": " + films[i]->entry.problem);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < options.jobs; ++i) threads.emplace_back(worker);
  }
  if (stop.stop_requested()) throw Interrupted();
  std::vector<Planned> all;
  for (auto& film : films)
    if (film) all.push_back(std::move(*film));
  for (const OpenBatch& batch : batches_of(jobs, options.work)) {
    if (stop.stop_requested()) throw Interrupted();
    for (Planned& planned : planned_batch(batch, options)) {
      if (!planned.entry.problem.empty()) say("gst-colorize: " + planned.entry.input + ": " + planned.entry.problem);
      all.push_back(std::move(planned));
    }
  }
  return all;
}

/// Those with the costliest pieces first, so that in the end nobody waits for one that began last.
void put_in_order(std::vector<Planned>& all) {
  const auto costliest = [](const Planned& planned) {
    std::uint64_t most = 0;
    for (const Unit& unit : planned.units) most = std::max(most, unit.cost);
    return most;
  };
  std::ranges::stable_sort(all, std::ranges::greater(), costliest);
}

/// Gives everything its number. Returns how many cannot be made.
std::size_t write_all(std::vector<Planned>& all, const fs::path& work) {
  std::vector<Item> entries;
  std::vector<Unit> units;
  std::uint64_t before = 0;
  std::size_t problems = 0;
  for (Planned& planned : all) {
    Item& entry = planned.entry;
    entry.number = entries.size() + 1;
    entry.first = units.size() + 1;
    entry.pieces = planned.units.size();
    problems += entry.problem.empty() ? 0 : 1;
    for (Unit& unit : planned.units) {
      unit.number = units.size() + 1;
      unit.entry = entry.number;
      unit.folder = entry.folder;
      unit.before = before;
      before += unit.cost;
      entry.cost += unit.cost;
      units.push_back(unit);
    }
    entries.push_back(entry);
  }
  write_lists(work, entries, units);
  const auto batches = static_cast<std::size_t>(
      std::ranges::count_if(entries, [](const Item& item) { return item.is_batch && item.problem.empty(); }));
  const std::string of_photographs = batches > 0 ? " and " + std::to_string(batches) + " of photographs" : "";
  say(counted(units.size() - batches, "piece") + " of " + counted(entries.size() - problems - batches, "film") +
      of_photographs + ": " + (work / "pieces.jsonl").string());
  return problems;
}

}  // namespace

int plan_archive(int argc, char** argv, const std::stop_token& stop) {
  auto options = read_plan_options(argc, argv);
  if (!options) return all_done;
  if (!options->choices.to_gray) try_properties(options->choices.properties);
  options->work = fs::absolute(options->work).lexically_normal();
  std::error_code error;
  fs::create_directories(options->work, error);
  if (error) throw Failure(options->work.string() + ": " + error.message());
  const Lease lease(options->work / "plan.lease", stop);
  const JobList list = jobs_of(*options);
  make_reporter(ProgressStyle::lines, list.jobs.size())->left_alone(list.left_alone);
  std::vector<Planned> all = plan_all(list.jobs, *options, stop);
  put_in_order(all);
  return write_all(all, options->work) == 0 ? all_done : some_failed;
}

int plan_film_apart(int argc, char** argv, const std::stop_token& stop) {
  if (argc != 3) throw UsageError("--plan-film takes a folder with an order, and the name of a result");
  return tell_apart([&](const Tell&) {
    const fs::path folder = argv[1];
    const std::string order = read_file(folder / order_name);
    const FilmPlan wanted = plan_of(order);
    const Choices& choices = wanted.recipe.choices;
    FilmPlan plan = plan_film(wanted.film, choices, container_of(argv[2]), stop);
    if (!choices.to_gray) plan.hints = trace_hints(wanted.film, choices.properties, folder, {}, stop);
    write_text(folder / plan_name, command::to_json(plan));
    write_text(folder / pieces_name, to_json(digest_of(order), units_of(plan)));
  });
}

}  // namespace colorize::command
