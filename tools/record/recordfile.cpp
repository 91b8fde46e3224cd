// SPDX-License-Identifier: LGPL-2.1-or-later
#include "recordfile.h"

#include "common/failure.h"
#include "file.h"
#include "place.h"

namespace colorize::command {

namespace fs = std::filesystem;

namespace {

/// What is nested deeply would take a parser's whole stack. In texts brackets count too: what json-glib takes for one,
/// it alone knows.
bool is_shallow(const std::string& json) {
  constexpr int deepest = 4096;
  int depth = 0;
  for (const char letter : json) {
    if (letter == '{' || letter == '[') ++depth;
    if (letter == '}' || letter == ']') --depth;
    if (depth > deepest) return false;
  }
  return true;
}

/// Throws Failure for what is none, of any schema.
JsonValue parse_record(const std::string& text) try {
  if (!is_shallow(text)) throw Failure("it is nested too deeply");
  JsonValue value = JsonValue::parse(text);
  if (value.at("kind").text() != record_kind) throw Failure("it is of another kind");
  return value;
} catch (const Failure& failure) {
  throw Failure(std::string("is no record of gst-colorize's: ") + failure.what());
}

}  // namespace

JsonValue read_record(const fs::path& record) {
  JsonValue value = parse_record(read_file(record, largest_record));
  if (const std::int64_t schema = value.at("schema").integer(); schema != record_schema)
    throw Failure("is a record of schema " + std::to_string(schema) + "; this program reads " +
                  std::to_string(record_schema));
  return value;
}

bool is_record_of(const fs::path& record, const fs::path& result) try {
  return read_record(record).at("result").at("reference").text() == reference_to(result, record);
} catch (const std::exception&) {
  return false;
}

std::string checksum_list(const std::vector<std::pair<std::string, std::string>>& files) {
  std::string lines;
  for (const auto& [sha256, name] : files) {
    std::string escaped;  // of a name that holds what ends lines
    for (const char letter : name)
      escaped += letter == '\\' ? "\\\\" : letter == '\n' ? "\\n" : letter == '\r' ? "\\r" : std::string(1, letter);
    lines += (escaped == name ? "" : "\\") + sha256 + "  " + escaped + "\n";
  }
  return lines;
}

}  // namespace colorize::command
