// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dryrun.h"

#include <glib.h>

#include "common/content.h"
#include "common/failure.h"
#include "common/terminal.h"
#include "film/film.h"
#include "film/planwords.h"
#include "jobs.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

void say(const std::string& line) { g_print("%s\n", shown(line).c_str()); }

/// Throws Failure where the job cannot be done.
void explain(const Job& job, const Options& options, const std::stop_token& stop) {
  if (!job.problem.empty()) throw Failure(job.problem);
  if (!options.choices.overwrite && is_there(job.output, options.choices.resume)) {
    if (!options.choices.resume) throw Failure(job.output.string() + " is there already; --overwrite replaces it");
    return say(job.input.string() + ": " + job.output.string() + " is there already");
  }
  if (job.still || options.frame || options.sheet) return say(job.input.string() + " -> " + job.output.string());
  if (!job.asked_for && is_sound_alone(job.input)) return say(job.input.string() + ": left alone: has no pictures");
  std::optional<TemporaryList> list;
  if (job.sequence) list.emplace(*job.sequence);
  const FilmPlan plan = plan_film(list ? list->path() : job.input, options.choices, container_of(job.output), stop);
  say(job.input.string() + " -> " + job.output.string() + ": " + in_words(plan));
  for (const Remark& remark : plan.remarks) say("  " + remark.text);
}

}  // namespace

bool explain(const Options& options, const std::stop_token& stop) {
  const JobList list = jobs_of(options);
  for (const LeftAlone& left : list.left_alone) say(left.file.string() + ": left alone: " + left.why);
  bool all = true;
  for (const Job& job : list.jobs) try {
      explain(job, options, stop);
    } catch (const Failure& failure) {
      all = false;
      g_printerr("gst-colorize: %s: %s\n", shown(job.input.string()).c_str(), shown(failure.what()).c_str());
    }
  return all;
}

}  // namespace colorize::command
