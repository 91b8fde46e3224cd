// SPDX-License-Identifier: LGPL-2.1-or-later
#include <glib.h>

#include "common/json.h"
#include "reporter.h"

namespace colorize::command {

namespace {

constexpr int schema = 1;  // of docs/progress.md

/// What happened, as an object on a line of its own.
Json event(const char* name) {
  Json json;
  json.object().integer("schema", schema).text("event", name);
  return json;
}

void print(Json& json) { g_print("%s", json.end_object().line().c_str()); }

class JsonReporter : public Reporter {
 public:
  explicit JsonReporter(std::size_t jobs) : jobs_(jobs) {}

  double interval() const override { return 0.5; }

  void begin(const Job& job) override { print(event("begin", job).text("output", job.output.string())); }

  void progress(const Job& job, const Status& status) override {
    if (!status.reading.empty()) return;  // its position is of another thing than those before
    Json json = event("progress", job);
    json.number("position", status.position).number("duration", status.duration);
    json.count("frames", status.frames).number("fps", status.fps());
    if (status.remaining >= 0) json.number("remaining", status.remaining);
    print(json);
  }

  void remark(const Job& job, const Remark& remark) override {
    print(event("remark", job).text("code", remark.code).text("text", remark.text));
  }

  void piece(const Job& job, std::size_t number, std::size_t pieces, const std::filesystem::path& file) override {
    Json json = event("piece", job);
    print(json.count("piece", number).count("pieces", pieces).text("path", std::filesystem::absolute(file).string()));
  }

  void end(const Job& job, Outcome outcome, const std::string& why, const Status& status) override {
    Json json = event(name_of(outcome), job);
    if (!why.empty()) json.text("text", why);
    if (outcome == Outcome::done || outcome == Outcome::kept) json.text("output", job.output.string());
    if (outcome == Outcome::done) json.count("frames", status.frames).number("seconds", status.seconds);
    print(json);
  }

  void left_alone(const std::vector<LeftAlone>& files) override {
    for (const LeftAlone& file : files) {
      Json json = command::event(name_of(Outcome::left_alone));
      print(json.text("input", file.file.string()).text("text", file.why));
    }
  }

  void finish(const Tally& tally) override {
    Json json = command::event("end");
    json.count("done", tally.done).count("kept", tally.kept).count("left-alone", tally.left_alone);
    print(json.count("failed", tally.failed).number("seconds", tally.seconds));
  }

 private:
  Json event(const char* name, const Job& job) const {
    Json json = command::event(name);
    json.count("file", job.number).count("files", jobs_).text("input", job.input.string());
    return json;
  }

  std::size_t jobs_;
};

}  // namespace

const char* name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return "done";
    case Outcome::kept:
      return "kept";
    case Outcome::left_alone:
      return "left-alone";
    case Outcome::failed:
      return "failed";
    case Outcome::interrupted:
      break;
  }
  return "interrupted";
}

std::unique_ptr<Reporter> make_json_reporter(std::size_t jobs) { return std::make_unique<JsonReporter>(jobs); }

}  // namespace colorize::command
