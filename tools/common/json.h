// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <json-glib/json-glib.h>

#include <cstdint>
#include <memory>
#include <string>

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
  Json& number(const char* key, double value);  ///< null where it is none, which JSON cannot say otherwise
  Json& truth(const char* key, bool value);

  std::string line() const { return written(FALSE); }
  std::string lines() const { return written(TRUE); }  ///< for people too

 private:
  struct Unreference {
    void operator()(JsonBuilder* builder) const { g_object_unref(builder); }
  };

  /// Adds something by a function of the builder, under `key` unless that is null.
  template <typename... Values>
  Json& to(const char* key, JsonBuilder* (*add)(JsonBuilder*, Values...), Values... values) {
    if (key) json_builder_set_member_name(builder_.get(), key);
    add(builder_.get(), values...);
    return *this;
  }
  std::string written(gboolean pretty) const;

  std::unique_ptr<JsonBuilder, Unreference> builder_{json_builder_new()};
};

}  // namespace colorize::command
