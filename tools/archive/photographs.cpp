// SPDX-License-Identifier: LGPL-2.1-or-later
#include "photographs.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <map>
#include <opencv2/core/utility.hpp>
#include <set>

#include "common/checksum.h"
#include "common/failure.h"
#include "common/json.h"
#include "common/remark.h"
#include "common/words.h"
#include "file.h"
#include "film/filestate.h"
#include "film/plan.h"
#include "film/record.h"
#include "film/workfolder.h"
#include "folder.h"
#include "still/still.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

constexpr const char* name_of_batch = "batch.json";

void add_file(Json& json, const char* key, const std::string& file) {
  const Owned<gchar> uri(g_filename_to_uri(file.c_str(), nullptr, nullptr));
  json.text(key, uri.get());
}

std::string file_in(const JsonValue& value, const char* key) {
  const Owned<gchar> file(g_filename_from_uri(value.at(key).text().c_str(), nullptr, nullptr));
  if (!file) throw Failure(value.at(key).text() + " is not the URI of a file");
  return file.get();
}

fs::path record_of_photograph(const fs::path& photograph) { return photograph.string() + ".json"; }

/// Remarks of the whole batch are those of its photographs.
struct NamedProgress : Progress {
  explicit NamedProgress(std::string of) : name(std::move(of)) {}
  void at(double, double, std::uint64_t) override {}
  void remark(const Remark& remark) override {
    command::remark({remark.code, name + ": " + remark.text});
    remarks.push_back(remark);
  }
  void piece(std::size_t, std::size_t, const fs::path&) override {}
  void made(const Made& result) override {
    made_ = {.codec = result.codec, .encoder = result.encoder, .marked = result.marked, .pictures = result.pictures};
  }

  std::string name;
  Made made_ = {};
  std::vector<Remark> remarks = {};
};

}  // namespace

std::string to_json(const Batch& batch) {
  const Choices& choices = batch.choices;
  Json json;
  json.object().integer("version", 1).object("properties");
  for (const auto& [name, value] : choices.properties) json.text(name.c_str(), value);
  json.end_object().truth("to-gray", choices.to_gray).text("label", choices.label);
  json.integer("compare", static_cast<int>(choices.compare)).integer("threads", batch.threads);
  json.count("memory", choices.memory.value_or(0)).integer("quality", choices.quality.value_or(-1));
  json.object("made-with");
  for (const auto& [name, value] : batch.made_with) json.text(name.c_str(), value);
  json.end_object().array("photographs");
  for (const Photograph& photograph : batch.photographs) {
    add_file(json.object(), "input", photograph.input);
    add_file(json, "output", photograph.output);
    json.text("state", photograph.state).end_object();
  }
  return json.end_array().end_object().line();
}

Batch batch_in(const fs::path& folder) {
  const JsonValue value = JsonValue::parse(read_file(folder / name_of_batch));
  if (value.at("version").integer() != 1) throw Failure("its batch is that of another version; plan again");
  Batch batch;
  Choices& choices = batch.choices;
  for (const std::string& name : value.at("properties").keys())
    choices.properties.emplace_back(name, value.at("properties").at(name).text());
  choices.to_gray = value.at("to-gray").truth();
  choices.label = value.at("label").text();
  choices.compare = static_cast<Choices::Compare>(value.at("compare").integer());
  if (const auto memory = value.at("memory").integer(); memory > 0) choices.memory = static_cast<std::uint64_t>(memory);
  if (const auto quality = value.at("quality").integer(); quality >= 0) choices.quality = static_cast<int>(quality);
  batch.threads = static_cast<int>(value.at("threads").integer());
  for (const std::string& name : value.at("made-with").keys())
    batch.made_with[name] = value.at("made-with").at(name).text();
  for (const JsonValue& one : value.at("photographs").elements())
    batch.photographs.push_back({file_in(one, "input"), file_in(one, "output"), one.at("state").text()});
  return batch;
}

bool is_batch(const fs::path& folder) { return fs::exists(folder / name_of_batch); }

bool has_results(const fs::path& folder) {
  if (!is_batch(folder)) return has_result(folder, false);
  if (!fs::exists(result_in(folder))) return false;
  const std::vector<bool> there = results_there(batch_in(folder), folder);
  return std::ranges::count(there, false) == 0;
}

std::vector<bool> results_there(const Batch& batch, const fs::path& folder) {
  std::map<std::string, std::uint64_t> sizes;
  for (const ResultFile& one : result_of(folder)) sizes.emplace(one.file, one.size);
  std::vector<bool> there;
  for (const Photograph& photograph : batch.photographs) {
    const auto found = sizes.find(photograph.output);
    std::error_code none;
    there.push_back(found != sizes.end() && fs::file_size(photograph.output, none) == found->second);
  }
  return there;
}

fs::path file_of_photograph(const Batch& batch, std::size_t number, const fs::path& folder) {
  const std::string& output = batch.photographs[number].output;
  return folder / ("photograph-" + sha256_of_bytes(output).substr(0, 16) + fs::path(output).extension().string());
}

std::optional<std::string> fault_of_photograph(const Batch& batch, std::size_t number, const fs::path& folder) try {
  const fs::path file = file_of_photograph(batch, number, folder);
  if (!fs::exists(file)) return std::nullopt;
  const JsonValue record = JsonValue::parse(read_file(record_of_photograph(file)));
  if (record.at("state").text() != batch.photographs[number].state) return "it was made of another photograph";
  if (sha256_of(file, {}) != record.at("checksum").text()) return "its bytes are not those that were written";
  return "";
} catch (const std::exception& error) {
  return error.what();
}

void remove_photograph(const Batch& batch, std::size_t number, const fs::path& folder) {
  const fs::path file = file_of_photograph(batch, number, folder);
  fs::remove(file);
  fs::remove(record_of_photograph(file));
}

std::pair<Made, std::vector<Remark>> made_of_photograph(const Batch& batch, std::size_t number,
                                                        const fs::path& folder) {
  const fs::path file = file_of_photograph(batch, number, folder);
  const JsonValue record = JsonValue::parse(read_file(record_of_photograph(file)));
  std::vector<Remark> remarks;
  for (const JsonValue& remark : record.at("remarks").elements())
    remarks.push_back({remark.at("code").text(), remark.at("text").text()});
  Made made{.file = file,
            .sha256 = record.at("checksum").text(),
            .start = record.at("start").text(),
            .properties = batch.choices.properties,
            .codec = record.at("codec").text(),
            .encoder = record.at("encoder").text(),
            .marked = record.at("marked").truth(),
            .pictures = {{.frames = 1, .left_alone = static_cast<std::uint64_t>(record.at("left-alone").integer())}}};
  return {std::move(made), std::move(remarks)};
}

void make_batch(const fs::path& folder, const std::string& token, const std::stop_token& stop) {
  const Batch batch = batch_in(folder);
  if (batch.threads != cv::getNumThreads()) cv::setNumThreads(batch.threads);
  Properties properties = batch.choices.properties;
  const auto here = versions_here(properties, batch.choices.to_gray);
  if (const std::string unlike = unlike_versions(batch.made_with, here, Task::making); !unlike.empty())
    throw Failure("this machine would give it other bits: " + unlike);
  const std::vector<bool> there = results_there(batch, folder);
  std::string failures;
  for (std::size_t i = 0; i < batch.photographs.size(); ++i) {
    if (stop.stop_requested()) throw Interrupted();
    if (there[i] || fault_of_photograph(batch, i, folder) == "") continue;
    const Photograph& photograph = batch.photographs[i];
    const fs::path file = file_of_photograph(batch, i, folder);
    try {
      const auto check = [&] {
        if (!are_alike(state_in_words(photograph.input), photograph.state))
          throw Failure("it has changed since it was planned; plan it again");
      };
      check();
      const std::string start = moment_now();
      NamedProgress progress(photograph.input);
      convert_still(photograph.input, file, batch.choices, progress, stop);
      check();
      Json json;
      json.object().text("state", photograph.state).text("checksum", sha256_of(file, {})).text("start", start);
      json.text("codec", progress.made_.codec).text("encoder", progress.made_.encoder);
      json.truth("marked", progress.made_.marked);
      json.count("left-alone", progress.made_.pictures.empty() ? 0 : progress.made_.pictures[0].left_alone);
      json.array("remarks");
      for (const Remark& remark : progress.remarks)
        json.object().text("code", remark.code).text("text", remark.text).end_object();
      json.end_array().end_object();
      write_text(record_of_photograph(file), json.line(), token);
    } catch (const Failure& failure) {
      failures += (failures.empty() ? "" : "; ") + photograph.input + ": " + failure.what();
    }
  }
  if (!failures.empty()) throw Failure(failures);
  write_text(end_of_batch(folder), "", token);
}

std::optional<Batch> batch_as(const Batch& wanted, const fs::path& folder) try {
  Batch planned = batch_in(folder), settings = planned;
  settings.photographs = wanted.photographs;
  return to_json(settings) == to_json(wanted) ? std::optional(std::move(planned)) : std::nullopt;
} catch (const std::exception&) {
  return std::nullopt;
}

std::vector<Photograph> with_own_results(const Batch& batch, const fs::path& folder) {
  std::vector<Photograph> own;
  const std::vector<bool> there = results_there(batch, folder);
  for (std::size_t i = 0; i < there.size(); ++i) {
    std::error_code none;
    const auto size = fs::file_size(file_of_photograph(batch, i, folder), none);
    if (there[i] || (!none && size == fs::file_size(batch.photographs[i].output, none)))
      own.push_back(batch.photographs[i]);
  }
  return own;
}

void reduce_folder(const fs::path& folder, const Batch& before, const Batch& batch) {
  for (const fs::path& file : {end_of_batch(folder), failure_of_piece(folder, 0), failure_to_join(folder)})
    fs::remove(file);
  std::set<std::string> stays;
  for (std::size_t i = 0; i < before.photographs.size(); ++i)
    if (std::ranges::find(batch.photographs, before.photographs[i]) != batch.photographs.end())
      stays.insert(before.photographs[i].output);
    else
      remove_photograph(before, i, folder);
  std::vector<ResultFile> results = result_of(folder);
  std::erase_if(results, [&](const ResultFile& one) { return !stays.contains(one.file); });
  write_result(folder, results, {});
}

}  // namespace colorize::command
