// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "owned.h"

namespace colorize::command {

/// A JSON text in the making. What is added goes into the object or array that was begun last; in arrays without a key.
class Json {
 public:
  Json& object(const char* key = nullptr) { return to(key, json_builder_begin_object); }
  Json& end_object() { return to(nullptr, json_builder_end_object); }
  Json& array(const char* key = nullptr) { return to(key, json_builder_begin_array); }
  Json& end_array() { return to(nullptr, json_builder_end_array); }

  Json& text(const char* key, const std::string& value);  ///< names of files need not be UTF-8; JSON must
  Json& count(const char* key, std::uint64_t value);
  Json& integer(const char* key, std::int64_t value);
  Json& number(const char* key, double value);  ///< null where it is none, which JSON cannot say otherwise
  Json& truth(const char* key, bool value);
  Json& nothing(const char* key);

  std::string line() const { return written(FALSE); }
  std::string lines() const { return written(TRUE); }  ///< for people too

 private:
  /// Adds something by a function of the builder, under `key` unless that is null.
  template <typename... Values>
  Json& to(const char* key, JsonBuilder* (*add)(JsonBuilder*, Values...), Values... values) {
    if (key) json_builder_set_member_name(builder_.get(), key);
    add(builder_.get(), values...);
    return *this;
  }
  std::string written(gboolean pretty) const;

  Owned<JsonBuilder> builder_{json_builder_new()};
};

/// A value in a JSON text that is read. What is asked for and is not there, or is of another kind, is a Failure that
/// names it.
class JsonValue {
 public:
  /// Throws Failure for what is no JSON.
  static JsonValue parse(const std::string& json);

  std::vector<std::string> keys() const;
  bool has(const std::string& key) const;
  JsonValue at(const std::string& key) const;
  std::vector<JsonValue> elements() const;

  bool is_nothing() const { return JSON_NODE_HOLDS_NULL(node_.get()); }
  std::string text() const;
  std::int64_t integer() const;
  double number() const;  ///< be it whole or not
  bool truth() const;

  /// As it stands in a JSON text.
  std::string written() const;

 private:
  JsonValue(JsonNode* node, std::string name) : node_(json_node_ref(node)), name_(std::move(name)) {}
  void expect(bool is_so, const char* kind) const;

  Owned<JsonNode> node_;
  std::string name_;  // by which errors call it
};

}  // namespace colorize::command
