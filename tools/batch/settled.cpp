// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settled.h"

#include "common/content.h"
#include "common/failure.h"
#include "film/film.h"

namespace colorize::command {

std::optional<std::pair<Outcome, std::string>> settled(const Job& job, const Options& options) {
  const Choices& choices = options.choices;
  if (!job.problem.empty()) throw Failure(job.problem);
  if (!choices.overwrite && is_there(job.output, choices.resume)) {
    if (!choices.resume) throw is_there_already(job.output);
    return std::pair(Outcome::kept, job.output.string() + " is there already");
  }
  if (!job.asked_for && !job.still && !job.sequence && is_sound_alone(job.input))
    return std::pair(Outcome::left_alone, "has no pictures");
  std::error_code unknown;
  const std::filesystem::path folder = job.output.parent_path();
  if (!options.output_dir && !folder.empty() && !std::filesystem::exists(folder, unknown))
    throw Failure("there is no folder " + folder.string() +
                  " for its result; make it, or use --output-dir, which does");
  return std::nullopt;
}

}  // namespace colorize::command
