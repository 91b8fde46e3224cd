// SPDX-License-Identifier: LGPL-2.1-or-later
#include "dryrun.h"

#include <glib.h>

#include "common/failure.h"
#include "common/terminal.h"
#include "film/planwords.h"
#include "jobs.h"
#include "settled.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

void say(const std::string& line) { g_print("%s\n", shown(line).c_str()); }

/// Throws Failure where the job cannot be done.
void explain(const Job& job, const Options& options, const std::stop_token& stop) {
  if (const auto as_it_is = settled(job, options))
    return say(job.input.string() + (as_it_is->first == Outcome::left_alone ? ": left alone: " : ": ") +
               as_it_is->second);
  if (job.still || options.frame || options.sheet) return say(job.input.string() + " -> " + job.output.string());
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
