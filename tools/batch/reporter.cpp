// SPDX-License-Identifier: LGPL-2.1-or-later
#include "reporter.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <map>
#include <vector>

#include "common/terminal.h"
#include "common/words.h"

namespace colorize::command {

namespace {

std::string display(const std::filesystem::path& path) { return shown(path.string()); }

std::string frames_and_speed(const Status& status) {
  return std::to_string(status.frames) + " frames  " + decimal(status.fps(), 1) + " fps";
}

/// What is counted, beside its share.
std::string counted_in(const Status& status) {
  return status.reading.empty() ? frames_and_speed(status) : "SHA-256 of " + status.reading;
}

/// 100 % is the end and not before.
std::string percent_done(const Status& status) { return std::to_string(static_cast<int>(100 * status.share())) + " %"; }

/// Only what went wrong and what the user should know.
class QuietReporter : public Reporter {
 public:
  explicit QuietReporter(std::size_t jobs) : jobs_(jobs) {}

  double interval() const override { return std::numeric_limits<double>::infinity(); }
  void begin(const Job&) override {}
  void progress(const Job&, const Status&) override {}
  void remark(const Job& job, const Remark& remark) override { say(display(job.input) + ": " + remark.text); }
  void piece(const Job&, std::size_t, std::size_t, const std::filesystem::path&) override {}
  void end(const Job& job, Outcome outcome, const std::string& why, const Status&) override {
    if (outcome == Outcome::failed) say("gst-colorize: " + display(job.input) + ": " + why);
  }
  void left_alone(const std::vector<LeftAlone>&) override {}
  void finish(const Tally& tally) override {
    if (tally.interrupted) say("Interrupted; the same command with --resume goes on from here.");
  }

 protected:
  /// Messages name files too, so all of a line goes the same way.
  virtual void say(const std::string& line) { g_printerr("%s\n", shown(line).c_str()); }

  /// "[3/60] "; nothing of a single file.
  std::string place(const Job& job) const {
    return jobs_ > 1 ? "[" + std::to_string(job.number) + "/" + std::to_string(jobs_) + "] " : "";
  }

  std::size_t jobs_;
};

/// A line for each file that is done, and one now and then for each that is being done.
class LineReporter : public QuietReporter {
 public:
  using QuietReporter::QuietReporter;

  double interval() const override { return 10; }

  void progress(const Job& job, const Status& status) override {
    std::string line = place(job) + display(job.input) + ": ";
    if (status.duration > 0) line += percent_done(status) + "  ";
    line += counted_in(status);
    if (status.remaining >= 0) line += "  " + clock_time(status.remaining) + " left";
    say(line);
  }

  void end(const Job& job, Outcome outcome, const std::string& why, const Status& status) override {
    const std::string name = place(job) + display(job.input);
    if (outcome == Outcome::done)
      say(name + " -> " + display(job.output) +
          (status.frames > 1 ? "  " + frames_and_speed(status) + "  " + clock_time(status.seconds) : ""));
    else if (outcome == Outcome::kept || outcome == Outcome::left_alone)
      say(name + ": " + why);
    else
      QuietReporter::end(job, outcome, why, status);
    if (outcome == Outcome::failed) failed_.push_back(display(job.input));
  }

  void left_alone(const std::vector<LeftAlone>& files) override {
    std::map<std::string, std::pair<const LeftAlone*, std::size_t>> alike;  // the first of each reason, and how many
    for (const LeftAlone& file : files) {
      auto& [first, count] = alike[file.why];
      if (++count == 1) first = &file;
    }
    for (const auto& [why, which] : alike) {
      const auto& [first, count] = which;
      say("left alone: " + display(first->file) + ": " + why +
          (count > 1 ? " (and " + std::to_string(count - 1) + " more of these)" : ""));
    }
  }

  void finish(const Tally& tally) override {
    QuietReporter::finish(tally);
    if (jobs_ == 1 && tally.left_alone == 0) return;
    std::string line = std::to_string(tally.done) + " done";
    const auto count = [&](std::size_t number, const char* what) {
      if (number) line += ", " + std::to_string(number) + what;
    };
    count(tally.kept, " there already");
    count(tally.left_alone, " left alone");
    count(tally.failed, " failed");
    say(line + ", in " + clock_time(tally.seconds) + (failed_.empty() ? "" : ":"));
    for (const std::string& name : failed_) say("  " + name);  // the messages may be far up by now
  }

 private:
  std::vector<std::string> failed_;
};

/// A bar for each job at work, below the lines of those that are done.
class BarReporter : public LineReporter {
 public:
  using LineReporter::LineReporter;

  ~BarReporter() override { erase(); }

  double interval() const override { return 0.1; }

  void begin(const Job& job) override {
    bars_[job.number] = {&job, {}};
    draw();
  }

  void progress(const Job& job, const Status& status) override {
    bars_[job.number].second = status;
    draw();
  }

  void end(const Job& job, Outcome outcome, const std::string& why, const Status& status) override {
    bars_.erase(job.number);
    LineReporter::end(job, outcome, why, status);
    erase();
    draw();
  }

 protected:
  void say(const std::string& line) override {
    erase();
    LineReporter::say(line);
  }

 private:
  std::string bar(const Job& job, const Status& status, int columns) const {
    const std::string name = display(job.input.filename());
    std::string text = place(job) + fitted(name, std::min(columns_of(name), std::max(12, columns / 3)));
    std::string end;
    if (status.duration > 0) end += "  " + percent_done(status);
    if (status.frames > 1 || !status.reading.empty()) end += "  " + counted_in(status);
    if (status.remaining >= 0) end += "  " + clock_time(status.remaining) + " left";
    const int room = std::min(30, columns - columns_of(text) - columns_of(end) - 2);
    if (status.duration > 0 && room >= 5) {
      const bool unicode = g_get_charset(nullptr);
      text += "  ";
      for (int i = 0; i < room; ++i)
        text += i + 0.5 < room * status.share() ? (unicode ? "█" : "#") : (unicode ? "░" : ".");
    }
    return fitted(text + end, columns);
  }

  void draw() {
    std::string text = drawn_ > 0 ? "\r\033[" + std::to_string(drawn_) + "A" : "";
    const int columns = terminal_columns(STDERR_FILENO) - 1;  // a full line would begin another one
    for (const auto& [number, bar_of] : bars_) text += bar(*bar_of.first, bar_of.second, columns) + "\033[K\n";
    drawn_ = bars_.size();
    g_printerr("%s", text.c_str());
  }

  void erase() {
    if (drawn_ > 0) g_printerr("\033[%zuA\033[J", drawn_);
    drawn_ = 0;
  }

  std::map<std::size_t, std::pair<const Job*, Status>> bars_;
  std::size_t drawn_ = 0;  // lines
};

}  // namespace

std::unique_ptr<Reporter> make_reporter(ProgressStyle style, std::size_t jobs) {
  switch (style) {
    case ProgressStyle::bar:
      return std::make_unique<BarReporter>(jobs);
    case ProgressStyle::lines:
      return std::make_unique<LineReporter>(jobs);
    case ProgressStyle::json:
      return make_json_reporter(jobs);
    case ProgressStyle::none:
      break;
  }
  return std::make_unique<QuietReporter>(jobs);
}

}  // namespace colorize::command
