// SPDX-License-Identifier: LGPL-2.1-or-later
#include <json-glib/json-glib.h>

#include "reporter.h"

namespace colorize {

namespace {

/// An object that is printed on a line of its own when it goes.
class Event {
 public:
  explicit Event(const char* name) : builder_(json_builder_new()) {
    json_builder_begin_object(builder_);
    text("event", name);
  }
  ~Event() {
    json_builder_end_object(builder_);
    JsonNode* root = json_builder_get_root(builder_);
    gchar* line = json_to_string(root, FALSE);
    g_print("%s\n", line);
    g_free(line);
    json_node_unref(root);
    g_object_unref(builder_);
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  Event& text(const char* key, const std::string& value) {
    gchar* valid = g_utf8_make_valid(value.data(), static_cast<gssize>(value.size()));
    json_builder_add_string_value(json_builder_set_member_name(builder_, key), valid);
    g_free(valid);
    return *this;
  }
  Event& count(const char* key, std::uint64_t value) {
    json_builder_add_int_value(json_builder_set_member_name(builder_, key), static_cast<gint64>(value));
    return *this;
  }
  Event& number(const char* key, double value) {
    json_builder_add_double_value(json_builder_set_member_name(builder_, key), value);
    return *this;
  }

 private:
  JsonBuilder* builder_;
};

constexpr const char* name_of(Outcome outcome) {
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

class JsonReporter : public Reporter {
 public:
  explicit JsonReporter(std::size_t jobs) : jobs_(jobs) {}

  double interval() const override { return 0.5; }

  void begin(const Job& job) override { with(Event("begin"), job).text("output", job.output.string()); }

  void progress(const Job& job, const Status& status) override {
    Event event("progress");
    with(event, job).number("position", status.position).number("duration", status.duration);
    event.count("frames", status.frames).number("fps", status.fps());
    if (status.remaining >= 0) event.number("remaining", status.remaining);
  }

  void remark(const Job& job, const std::string& text) override { with(Event("remark"), job).text("text", text); }

  void end(const Job& job, Outcome outcome, const std::string& why, const Status& status) override {
    Event event(name_of(outcome));
    with(event, job);
    if (!why.empty()) event.text("text", why);
    if (outcome == Outcome::done)
      event.text("output", job.output.string()).count("frames", status.frames).number("seconds", status.seconds);
  }

  void finish(const Tally& tally) override {
    Event("end")
        .count("done", tally.done)
        .count("kept", tally.kept)
        .count("left-alone", tally.left_alone)
        .count("failed", tally.failed)
        .number("seconds", tally.seconds);
  }

 private:
  Event& with(Event&& event, const Job& job) const { return with(event, job); }
  Event& with(Event& event, const Job& job) const {
    return event.count("file", job.number).count("files", jobs_).text("input", job.input.string());
  }

  std::size_t jobs_;
};

}  // namespace

std::unique_ptr<Reporter> make_json_reporter(std::size_t jobs) { return std::make_unique<JsonReporter>(jobs); }

}  // namespace colorize
