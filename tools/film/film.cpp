// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film.h"

#include <algorithm>
#include <fstream>

#include "file.h"
#include "join.h"
#include "piece.h"
#include "planfile.h"
#include "workfolder.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// Why the work of an earlier run is of no use; empty where it is.
std::string unlike(const WorkFolder& folder, const FilmPlan& now) try {
  return fs::exists(folder.plan()) ? difference(read_file(folder.plan()), now) : "its plan, which is missing";
} catch (const Failure& error) {
  return std::string("its plan: ") + error.what();
}

/// The plan in the folder, by which an earlier run began, or else a new one.
FilmPlan plan_in(const WorkFolder& folder, const fs::path& input, const fs::path& output, const Choices& choices,
                 Progress& progress, const std::stop_token& stop) {
  const Container& container = container_of(output);
  std::string unusable = "unwanted";
  if (choices.resume && !folder.is_empty()) {
    unusable = unlike(folder, plan_without_survey(input, choices, container));
    if (!unusable.empty()) progress.remark(("begins anew: not as before is " + unusable).c_str());
  }
  if (!unusable.empty()) {
    const std::string plan = to_json(plan_film(input, choices, container, stop));
    folder.clear();
    write_whole(folder.plan(), [&](const fs::path& file) { std::ofstream(file) << plan; });
  }
  return plan_of(read_file(folder.plan()));
}

void make_pieces(const FilmPlan& plan, const fs::path& folder, Progress& progress, const std::stop_token& stop) {
  double length = 0;
  for (const PlannedTrack& track : plan.tracks) length += track.pictures ? static_cast<double>(track.pictures->end) : 0;
  double before = 0;  // of the tracks that are done
  std::uint64_t frames = 0;
  for (std::size_t i = 0; i < plan.pieces.size(); ++i) {
    Done done{0, 0};
    make_piece(plan, i, folder, stop, [&](const Done& now) {
      done = now;
      const auto position = static_cast<double>(std::max<std::int64_t>(0, now.position));
      progress.at((before + position) / GST_SECOND, length / GST_SECOND, frames + now.frames);
    });
    frames += done.frames;
    if (plan.pieces[i].end == Piece::last)
      before += static_cast<double>(plan.tracks[plan.pieces[i].track].pictures->end);
  }
  progress.at(length / GST_SECOND, length / GST_SECOND, frames);
}

}  // namespace

void convert_film(const fs::path& input, const fs::path& output, const Choices& choices, Progress& progress,
                  const std::stop_token& stop) {
  std::error_code none;
  if (fs::equivalent(input, output, none)) throw Failure(output.string() + " is the film itself: name another file");
  const WorkFolder folder(output);
  const FilmPlan plan = plan_in(folder, input, output, choices, progress, stop);
  for (const std::string& remark : plan.remarks) progress.remark(remark.c_str());
  make_pieces(plan, folder.path(), progress, stop);
  const fs::path whole = folder.path() / ("whole" + output.extension().string());
  join(plan, folder.path(), whole, progress, stop);
  folder.finish(whole, output);
}

}  // namespace colorize::command
