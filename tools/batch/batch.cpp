// SPDX-License-Identifier: LGPL-2.1-or-later
#include "batch.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "common/checksum.h"
#include "common/pipeline.h"
#include "common/remark.h"
#include "common/terminal.h"
#include "common/words.h"
#include "film/film.h"
#include "jobs.h"
#include "preview/preview.h"
#include "record/account.h"
#include "reporter.h"
#include "settled.h"
#include "still/still.h"
#include "stopwatch.h"
#include "table.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// Makes a status of what a job tells of its progress.
class JobProgress : public Progress {
 public:
  JobProgress(const Job& job, Reporter& reporter, std::mutex& reporting, std::stop_token stop)
      : job_(job), reporter_(reporter), reporting_(reporting), stop_(std::move(stop)) {}

  void at(double position, double duration, std::uint64_t frames) override {
    const std::lock_guard lock(reporting_);
    status_.position = position;
    status_.duration = duration;
    status_.frames = frames;
    status_.seconds = watch_.seconds();
    if (first_position_ < 0) first_position_ = position;  // more than 0 where pieces were there
    const double made = position - first_position_;
    status_.remaining = made > 0 && duration > 0 ? status_.seconds * (duration - position) / made : -1;
    report(status_);
  }

  void remark(const Remark& remark) override {
    const std::lock_guard lock(reporting_);
    remarks_.push_back(remark);
    reporter_.remark(job_, remark);
  }

  void made(const Made& made) override {
    if (!account_) return;
    const ChecksumListener listener([&](const fs::path& file, std::uint64_t read, std::uint64_t size) {
      const std::lock_guard lock(reporting_);
      Status status{.position = static_cast<double>(read), .duration = static_cast<double>(size)};
      status.reading = shown(file.filename().string());
      report(status);
    });
    account_->write(made, remarks(), stop_);
  }

  /// The record of the job's result, which begins with the work.
  void begin_record(const Choices& choices) {
    if (!job_.record.empty()) account_.emplace(job_.input, job_.sequence, job_.output, job_.record, choices);
  }
  void withdraw_record() const {
    if (account_) account_->withdraw();
  }

  std::vector<Remark> remarks() const {
    const std::lock_guard lock(reporting_);
    return remarks_;
  }

  void piece(std::size_t number, std::size_t pieces, const fs::path& file) override {
    const std::lock_guard lock(reporting_);
    reporter_.piece(job_, number, pieces, file);
  }

  /// To be asked for when the job is at its end.
  Status status() const {
    Status status = status_;
    status.seconds = watch_.seconds();
    return status;
  }

 private:
  /// Unless the last one was just now.
  void report(const Status& status) {
    if (watch_.seconds() < next_report_) return;
    next_report_ = watch_.seconds() + reporter_.interval();
    reporter_.progress(job_, status);
  }

  const Job& job_;
  Reporter& reporter_;
  std::mutex& reporting_;
  std::stop_token stop_;
  std::vector<Remark> remarks_;
  std::optional<Account> account_;
  Stopwatch watch_;
  Status status_;
  double first_position_ = -1, next_report_ = reporter_.interval();
};

/// What becomes of a job, and why where it is not done.
std::pair<Outcome, std::string> work(const Job& job, const Options& options, JobProgress& progress,
                                     const std::stop_token& stop) try {
  const RemarkListener listener([&](const Remark& remark) { progress.remark(remark); });
  if (const auto as_it_is = settled(job, options)) {
    std::error_code unknown;
    if (as_it_is->first == Outcome::kept && !job.record.empty() && !fs::exists(job.record, unknown))
      progress.remark({"record-missing", "has no record: " + job.output.string() + " was made without --record"});
    return *as_it_is;
  }
  if (options.output_dir) fs::create_directories(job.output.parent_path());
  progress.begin_record(options.choices);
  // Of the whole of it the list lies with the work.
  std::optional<TemporaryList> list;
  if (job.sequence && (options.frame || options.sheet)) list.emplace(*job.sequence);
  const fs::path film = list ? list->path() : job.input;
  if (job.still)
    convert_still(job.input, job.output, options.choices, progress, stop);
  else if (options.frame)
    write_frame(film, *options.frame, job.output, options.choices, progress, stop);
  else if (options.sheet)
    write_sheet(film, job.output, options.choices, progress, stop);
  else if (job.sequence)
    convert_sequence(*job.sequence, job.output, options.choices, progress, stop);
  else
    convert_film(job.input, job.output, options.choices, progress, stop);
  return {Outcome::done, ""};
} catch (const Interrupted&) {
  return {Outcome::interrupted, ""};
} catch (const std::exception& error) {
  return {Outcome::failed, error.what()};
}

void count(Tally& tally, Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      ++tally.done;
      break;
    case Outcome::kept:
      ++tally.kept;
      break;
    case Outcome::left_alone:
      ++tally.left_alone;
      break;
    case Outcome::failed:
      ++tally.failed;
      break;
    case Outcome::interrupted:
      tally.interrupted = true;
      break;
  }
}

}  // namespace

bool run_batch(const Options& options, const std::stop_token& stop) {
  const Stopwatch watch;
  const JobList list = jobs_of(options);
  const auto reporter = make_reporter(options.progress, list.jobs.size());
  std::mutex reporting, taking;
  Tally tally;
  tally.left_alone = list.left_alone.size();
  reporter->left_alone(list.left_alone);
  Tables tables(options, list.left_alone);

  auto next = list.jobs.begin();
  const auto take = [&]() -> const Job* {
    const std::lock_guard lock(taking);
    return next == list.jobs.end() || stop.stop_requested() ? nullptr : &*next++;
  };
  const auto worker = [&] {
    while (const Job* job = take()) {
      JobProgress progress(*job, *reporter, reporting, stop);
      const std::string begin = moment_now();
      {
        const std::lock_guard lock(reporting);
        reporter->begin(*job);
      }
      const auto [outcome, why] = work(*job, options, progress, stop);
      if (outcome != Outcome::done) progress.withdraw_record();
      {
        const std::lock_guard lock(reporting);
        count(tally, outcome);
        reporter->end(*job, outcome, why, progress.status());
      }
      tables.add(*job, outcome, why, progress.status(), progress.remarks(), begin, stop);
    }
  };

  const auto workers = std::min(static_cast<std::size_t>(options.jobs), list.jobs.size());
  // OpenCV's threads are those of the whole process. They are left as many as they are whatever `jobs` is: before 4.7
  // its convolutions round differently with another number of them.
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < workers; ++i) threads.emplace_back(worker);
  }
  tally.interrupted |= stop.stop_requested() && next != list.jobs.end();
  tally.seconds = watch.seconds();
  reporter->finish(tally);
  tables.finish(tally.interrupted);
  if (tally.interrupted) throw Interrupted();
  return tally.failed == 0;
}

}  // namespace colorize::command
