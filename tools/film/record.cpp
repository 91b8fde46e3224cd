// SPDX-License-Identifier: LGPL-2.1-or-later
#include "record.h"

#include <utility>

#include "common/failure.h"
#include "common/json.h"

namespace colorize::command {

static constexpr int version = 3;  // of the form of the file

std::string to_json(const Record& record) {
  Json json;
  json.object().integer("version", version).text("plan", record.plan).count("number", record.number);
  json.array("cuts");
  for (const std::int64_t time : record.cuts) json.integer(nullptr, time);
  json.end_array().count("left-alone", record.left_alone);
  json.count("size", record.size).count("frames", record.frames).text("checksum", record.checksum);
  record.comment.empty() ? json.nothing("comment") : json.text("comment", record.comment);
  json.text("host", record.host).text("start", record.start).number("seconds", record.seconds);
  return json.end_object().line();
}

Record record_of(const std::string& json) {
  const JsonValue value = JsonValue::parse(json);
  if (value.at("version").integer() != version) throw Failure("its form is that of another version");
  std::vector<std::int64_t> cuts;
  for (const JsonValue& time : value.at("cuts").elements()) cuts.push_back(time.integer());
  const JsonValue comment = value.at("comment");
  return {.plan = value.at("plan").text(),
          .number = static_cast<std::size_t>(value.at("number").integer()),
          .size = static_cast<std::uint64_t>(value.at("size").integer()),
          .frames = static_cast<std::uint64_t>(value.at("frames").integer()),
          .left_alone = static_cast<std::uint64_t>(value.at("left-alone").integer()),
          .cuts = std::move(cuts),
          .checksum = value.at("checksum").text(),
          .comment = comment.is_nothing() ? "" : comment.text(),
          .host = value.at("host").text(),
          .start = value.at("start").text(),
          .seconds = value.at("seconds").number()};
}

}  // namespace colorize::command
