// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "apart.h"
#include "common/words.h"
#include "file.h"
#include "filestate.h"
#include "join.h"
#include "pictureresults.h"
#include "piece.h"
#include "planfile.h"
#include "planwords.h"
#include "sequence.h"
#include "tracing.h"
#include "workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// Why the work of an earlier run is of no use; empty where it is.
std::string unlike(const WorkFolder& folder, const FilmPlan& now) try {
  if (!fs::exists(folder.plan())) return "its plan, which is missing";
  const std::string before = read_file(folder.plan());
  static_cast<void>(plan_of(before));  // whole, or Failure
  return difference(before, now);
} catch (const Failure& error) {
  return std::string("its plan: ") + error.what();
}

std::string hints_in(const Properties& properties) {
  const auto hints = std::ranges::find(properties, "hints", &Properties::value_type::first);
  return hints == properties.end() ? "" : hints->second;
}

/// Pieces that were made with other hints go.
void remove_others(const FilmPlan& plan, const WorkFolder& folder, Progress& progress) {
  std::size_t removed = 0;
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) {
    const std::optional<std::string> fault = fault_of_piece(plan, i, folder.path());
    if (!fault || fault->empty()) continue;
    fs::remove(file_of_piece(plan, i, folder.path()));
    ++removed;
  }
  if (removed == 0) return;
  progress.remark({"hints-changed", std::to_string(removed) + " of " + counted(plan.pieces.size(), "piece") +
                                        " are made again, which the hints that have changed touch"});
}

/// The plan in the folder, by which an earlier run began, or else a new one.
FilmPlan plan_in(const WorkFolder& folder, const fs::path& input, const fs::path& output, const Choices& choices,
                 Progress& progress, const std::stop_token& stop) {
  const Container& container = container_of(output);
  std::string unusable = "unwanted";
  Properties properties;  // with what is settled here, such as the engine
  if ((choices.resume || choices.keep_pieces) && !folder.is_empty()) {
    const FilmPlan now = plan_without_survey(input, choices, container);
    properties = now.recipe.choices.properties;
    unusable = unlike(folder, now);
    if (!unusable.empty()) progress.remark({"begins-anew", "begins anew: not as before is " + unusable});
  }
  if (unusable.empty()) {
    FilmPlan plan = plan_of(read_file(folder.plan()));
    if (hints_in(plan.recipe.choices.properties) == hints_in(choices.properties)) return plan;
    plan.recipe.choices.properties = properties;
    plan.hints = trace_hints(input, choices.properties, folder.path(), plan.hints, stop);
    remove_others(plan, folder, progress);
    write_text(folder.plan(), to_json(plan));
  } else {
    FilmPlan plan = plan_film(input, choices, container, stop);
    folder.clear(false);
    if (!choices.to_gray) plan.hints = trace_hints(input, choices.properties, folder.path(), {}, stop);
    write_text(folder.plan(), to_json(plan));
  }
  return plan_of(read_file(folder.plan()));
}

/// Makes what is not there of the pieces.
class Making {
 public:
  Making(const FilmPlan& plan, const fs::path& folder, const SteadyFile& film, Progress& progress,
         const std::stop_token& stop)
      : plan_(plan), folder_(folder), film_(film), progress_(progress), stop_(stop), made_(plan.pieces.size()) {
    for (const PlannedTrack& track : plan.tracks) length_ += track.pictures ? length(*track.pictures) : 0;
  }

  void all() {
    for (const std::string& name : remove_strangers(plan_, folder_))
      progress_.remark({"stranger-removed", name + ", which is no piece of this film, is removed"});
    double before = 0;  // of the tracks that are done
    for (std::size_t i = 0; i < plan_.pieces.size(); ++i) {
      one(i, before);
      const std::size_t track = plan_.pieces[i].track;
      if (i + 1 == plan_.pieces.size() || plan_.pieces[i + 1].track != track)
        before += length(*plan_.tracks[track].pictures);
    }
    // To read all of them once more would be long; what was touched since is.
    for (std::size_t i = 0; i < plan_.pieces.size(); ++i)
      if (!is_untouched(i)) one(i, length_);
    progress_.at(length_, length_, frames_);
  }

 private:
  static double in_seconds(std::int64_t time) { return static_cast<double>(time) / GST_SECOND; }

  double begin() const { return plan_.range ? in_seconds(plan_.range->start) : 0; }
  double length(const Pictures& pictures) const { return std::max(0.0, in_seconds(pictures.end) - begin()); }

  bool is_untouched(std::size_t number) const {
    const fs::path piece = file_of_piece(plan_, number, folder_);
    return fs::exists(piece) && state_of(piece) == made_[number];
  }

  void one(std::size_t number, double before) {
    film_.check();
    const std::optional<std::string> fault = fault_of_piece(plan_, number, folder_);
    if (fault && !fault->empty())
      progress_.remark({"piece-made-again", "piece " + std::to_string(number + 1) + " of " +
                                                std::to_string(plan_.pieces.size()) + " is made again: " + *fault});
    Done done{0, 0};
    if (fault != "") {
      make_piece_apart(folder_, number, stop_, [&](const Done& now) {
        done = now;
        progress_.at(before + std::max(0.0, in_seconds(now.position) - begin()), length_, frames_ + now.frames);
      });
    }
    frames_ += done.frames;
    const fs::path file = file_of_piece(plan_, number, folder_);
    if (made_[number] == FileState{}) progress_.piece(number + 1, plan_.pieces.size(), file);
    made_[number] = state_of(file);
  }

  const FilmPlan& plan_;
  const fs::path& folder_;
  const SteadyFile& film_;
  Progress& progress_;
  const std::stop_token& stop_;
  std::vector<FileState> made_;  // as the pieces were when they were known to be whole
  double length_ = 0;
  std::uint64_t frames_ = 0;
};

/// A sequence is a film by its list, which stays as it is while its pictures do.
fs::path list_of(const Sequence& sequence, const WorkFolder& folder) {
  const std::string text = to_json(sequence);
  if (!fs::exists(folder.list()) || read_file(folder.list()) != text) write_text(folder.list(), text);
  return folder.list();
}

/// All of it, in the folder.
void work(const WorkFolder& folder, const fs::path& input, const fs::path& output, const Choices& choices,
          Progress& progress, const std::stop_token& stop) {
  const SteadyFile film(input);
  const FilmPlan plan = plan_in(folder, input, output, choices, progress, stop);
  if (choices.verbose) progress.remark({"film-planned", in_words(plan)});
  for (const Remark& remark : plan.remarks) progress.remark(remark);
  Making(plan, folder.path(), film, progress, stop).all();
  film.check();
  if (const std::optional<Sequence> sequence = sequence_in(input)) check_unchanged(*sequence);
  std::uint64_t frames = 0;
  for (std::size_t i = 0; i < plan.tracks.size(); ++i) frames += frames_of_pieces(plan, folder.path(), i);
  if (frames == 0) {
    folder.clear();  // with --resume nothing would be different
    throw Failure("none of its pictures could be decoded");
  }
  if (names_of_pictures(output)) {
    Made made = made_of_pieces(plan, folder.path());
    made.files = join(plan, folder.path(), output, progress, stop, choices.overwrite);
    progress.made(made);
    if (!choices.keep_pieces) folder.clear();
    return;
  }
  fs::remove(folder.whole());  // of a run that was stopped then: nothing is written through what lies there
  join(plan, folder.path(), folder.whole(), progress, stop);
  film.check();
  Made made = made_of_pieces(plan, folder.path());
  made.file = folder.whole();
  progress.made(made);
  folder.finish(choices.overwrite, choices.keep_pieces);
}

}  // namespace

/// Does the work, by `make`, in a folder of its own.
static void convert(const fs::path& output, const Choices& choices,
                    const std::function<void(const WorkFolder&)>& make) {
  std::error_code none;
  const bool has_name = fs::symlink_status(output, none).type() != fs::file_type::not_found;
  if (!choices.overwrite && (has_name || is_there(output, choices.resume))) throw is_there_already(output);
  const WorkFolder folder(output);
  try {
    make(folder);
  } catch (const Failure& failure) {
    if (folder.has_pieces())
      throw Failure(std::string(failure.what()) + "; the pieces that are done lie in " + folder.path().string() +
                    ", for --resume or to be removed");
    folder.clear();
    throw;
  }
}

void convert_film(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress,
                  const std::stop_token& stop) {
  std::error_code none;
  if (fs::equivalent(input, output, none)) throw Failure(output.string() + " is the film itself: name another file");
  convert(output, choices, [&](const WorkFolder& folder) { work(folder, input, output, choices, progress, stop); });
}

void convert_sequence(const Sequence& sequence, const fs::path& output, const Choices& choices, Progress& progress,
                      const std::stop_token& stop) {
  if (names_of_pictures(output)) check_results(sequence, output);
  convert(output, choices,
          [&](const WorkFolder& folder) { work(folder, list_of(sequence, folder), output, choices, progress, stop); });
}

Failure is_there_already(const fs::path& output) {
  return Failure(output.string() + " is there already; --overwrite replaces it");
}

bool is_there(const fs::path& output, bool resumes) {
  if (fs::exists(output)) return true;
  std::error_code none;
  const std::optional<NumberedNames> names = names_of_pictures(output);
  return names && fs::is_directory(fs::absolute(output).parent_path(), none) && !names->numbers().empty() &&
         !(resumes && is_in_the_making(output));
}

}  // namespace colorize::command
