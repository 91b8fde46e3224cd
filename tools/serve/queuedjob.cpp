// SPDX-License-Identifier: LGPL-2.1-or-later
#include "queuedjob.h"

#include <algorithm>
#include <array>

#include "common/failure.h"
#include "common/pagehints.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

constexpr std::array states{"waiting", "running", "done", "failed", "cancelled"};  // by QueuedJob::State

// Names of files are bytes; JSON is UTF-8. What is read back must be the same bytes.
std::string coded(const fs::path& path) {
  const Owned<gchar> text(g_uri_escape_string(path.c_str(), "/", FALSE));
  return text.get();
}

fs::path decoded(const std::string& text) {
  const Owned<gchar> path(g_uri_unescape_string(text.c_str(), nullptr));
  if (!path) throw Failure("'" + text + "' is no name of a file");
  return path.get();
}

void write(const QueuedFile& file, Json& json, bool for_page) {
  json.object().text("name", file.name).text("state", file.state);
  if (file.text.empty())
    json.nothing("text");
  else
    json.text("text", file.text);
  if (file.result.empty())
    json.nothing("result");
  else
    json.text("result", for_page ? file.result.filename().string() : coded(file.result));
  if (!for_page) json.text("source", coded(file.source));
  json.array("remarks");
  for (const auto& [code, text] : file.remarks) json.object().text("code", code).text("text", text).end_object();
  json.end_array().array("pictures");
  for (const int picture : file.pictures) json.integer(nullptr, picture);
  json.end_array().end_object();
}

void write(const QueuedJob& job, Json& json, bool for_page) {
  json.object().text("id", job.id).text("task", job.task).integer("made", job.made);
  json.text("state", states[static_cast<std::size_t>(job.state)]).text("text", job.text);
  json.array(for_page ? "names" : "inputs");
  for (const fs::path& input : job.inputs) json.text(nullptr, for_page ? input.filename().string() : coded(input));
  json.end_array().object("options");
  for (const auto& [name, value] : job.options) {
    const bool is_counted = for_page && is_said_in_lines(name);
    json.text(name.c_str(), is_counted ? std::to_string(std::ranges::count(value, '{')) : value);
  }
  json.end_object().integer("references", job.references).array("files");
  for (const QueuedFile& file : job.files) write(file, json, for_page);
  if (!for_page) json.end_array().array("left-alone");
  for (const QueuedFile& file : job.left_alone) write(file, json, for_page);
  json.end_array();
  if (job.count)
    json.count("count", *job.count);
  else
    json.nothing("count");
  json.number("seconds", job.seconds).integer("pictures", job.pictures);
  if (!for_page) {
    json.text("output", coded(job.output)).truth("begun", job.begun);
  } else {
    const auto over = static_cast<double>(std::ranges::count_if(
        job.files, [](const QueuedFile& file) { return file.state != "running" && file.state != "waiting"; }));
    const double whole = static_cast<double>(std::max<std::size_t>(job.count.value_or(1), 1));
    json.number("position", job.state == QueuedJob::State::done ? 1 : std::min(1.0, (over + job.share) / whole));
    json.number("fps", job.fps);
    if (job.remaining)
      json.number("remaining", *job.remaining);
    else
      json.nothing("remaining");
  }
  json.end_object();
}

/// The file that a line calls so: of names that are no UTF-8, JSON has something like them.
fs::path named(const std::string& text) {
  const fs::path path(text);
  std::error_code error;
  if (text.empty() || fs::exists(path, error)) return path;
  for (fs::directory_iterator entry(path.parent_path(), error), end; !error && entry != end; entry.increment(error)) {
    const Owned<gchar> name(g_utf8_make_valid(entry->path().filename().c_str(), -1));
    if (path.filename() == name.get()) return entry->path();
  }
  return path;
}

std::string text_in(const JsonValue& json, const char* key) {
  return json.has(key) && !json.at(key).is_nothing() ? json.at(key).text() : "";
}

QueuedFile saved_file(const JsonValue& entry) {
  QueuedFile file;
  file.name = entry.at("name").text();
  file.state = entry.at("state").text();
  file.text = text_in(entry, "text");
  file.result = decoded(text_in(entry, "result"));
  file.source = decoded(text_in(entry, "source"));
  for (const JsonValue& remark : entry.at("remarks").elements())
    file.remarks.emplace_back(remark.at("code").text(), remark.at("text").text());
  for (const JsonValue& picture : entry.at("pictures").elements())
    file.pictures.push_back(static_cast<int>(picture.integer()));
  return file;
}

}  // namespace

std::vector<std::string> QueuedJob::arguments(const fs::path& folder) const {
  std::vector<std::string> words;
  if (task == "evaluate") words = {"evaluate", "--html=" + (folder / "report.html").string()};
  if (task != "evaluate") words.emplace_back("--progress=json");
  if (task == "sheet") words.emplace_back("--sheet");
  const bool resumes = begun && task == "colour";
  if (resumes) words.emplace_back("--resume");
  if (!output.empty() && task != "evaluate") words.push_back("--output-dir=" + output.string());
  for (const auto& [name, value] : options) {
    if (resumes && name == "overwrite") continue;  // they exclude each other
    words.push_back(value.empty() ? "--" + name : "--" + name + "=" + value);
  }
  if (references > 0) words.push_back("--reference=" + references_in(folder).string());
  words.emplace_back("--");
  for (const fs::path& input : inputs) words.push_back(input.string());
  return words;
}

void write(const QueuedJob& job, Json& json) { write(job, json, true); }

std::string saved(const QueuedJob& job) {
  Json json;
  write(job, json, false);
  return json.lines();
}

QueuedJob saved_job(const std::string& text) {
  const JsonValue json = JsonValue::parse(text);
  QueuedJob job;
  job.id = json.at("id").text();
  job.task = json.at("task").text();
  job.made = json.at("made").integer();
  const auto state = std::ranges::find(states, json.at("state").text());
  if (state == states.end()) throw Failure("has a state that is none");
  job.state = static_cast<QueuedJob::State>(state - states.begin());
  job.text = text_in(json, "text");
  for (const JsonValue& input : json.at("inputs").elements()) job.inputs.push_back(decoded(input.text()));
  job.output = decoded(json.at("output").text());
  for (const std::string& name : json.at("options").keys())
    job.options.emplace_back(name, json.at("options").at(name).text());
  if (json.has("references")) job.references = static_cast<int>(json.at("references").integer());
  job.begun = json.at("begun").truth();
  if (!json.at("count").is_nothing()) job.count = static_cast<std::size_t>(json.at("count").integer());
  job.seconds = json.at("seconds").number();
  job.pictures = static_cast<int>(json.at("pictures").integer());
  for (const JsonValue& entry : json.at("files").elements()) job.files.push_back(saved_file(entry));
  for (const JsonValue& entry : json.at("left-alone").elements()) job.left_alone.push_back(saved_file(entry));
  return job;
}

std::optional<fs::path> hear(QueuedJob& job, const std::string& line) {
  const JsonValue json = JsonValue::parse(line);
  const std::string event = json.at("event").text();
  if (event == "end") {
    job.seconds += json.at("seconds").number();
    return std::nullopt;
  }
  if (!json.has("file")) {  // what in a folder is nothing to work on
    QueuedFile& file = job.left_alone.emplace_back();
    file.name = fs::path(text_in(json, "input")).filename().string();
    file.state = event;
    file.text = text_in(json, "text");
    return std::nullopt;
  }
  const auto number = static_cast<std::size_t>(json.at("file").integer());
  job.count = static_cast<std::size_t>(json.at("files").integer());
  if (number < 1 || number > *job.count) throw Failure("counts wrongly");
  if (job.files.size() < number) job.files.resize(number);
  QueuedFile& file = job.files[number - 1];
  if (file.source.empty()) file.source = named(text_in(json, "input"));
  file.name = fs::path(text_in(json, "input")).filename().string();
  if (event == "begin") {
    file.state = "running";
    job.share = 0;
    job.remaining.reset();
  } else if (event == "progress") {
    const double duration = json.at("duration").number();
    job.share = duration > 0 ? json.at("position").number() / duration : 0;
    job.fps = json.at("fps").number();
    job.remaining = json.has("remaining") ? std::optional(json.at("remaining").number()) : std::nullopt;
  } else if (event == "remark") {
    const std::pair remark(text_in(json, "code"), text_in(json, "text"));
    if (std::ranges::count(file.remarks, remark) == 0)
      file.remarks.push_back(remark);  // a run that goes on says it again
  } else if (event == "piece") {
    return json.at("path").text();
  } else {
    file.state = event;
    file.text = text_in(json, "text");
    file.result = named(text_in(json, "output"));
    job.share = 0;
    if (event == "done" && file.pictures.empty()) return file.result;
  }
  return std::nullopt;
}

}  // namespace colorize::command
