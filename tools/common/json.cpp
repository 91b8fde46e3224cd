// SPDX-License-Identifier: LGPL-2.1-or-later
#include "json.h"

#include <cmath>

#include "failure.h"

namespace colorize::command {

Json& Json::text(const char* key, const std::string& value) {
  const Owned<gchar> valid(g_utf8_make_valid(value.data(), static_cast<gssize>(value.size())));
  return to<const char*>(key, json_builder_add_string_value, valid.get());
}

Json& Json::count(const char* key, std::uint64_t value) { return integer(key, static_cast<std::int64_t>(value)); }

Json& Json::integer(const char* key, std::int64_t value) { return to<gint64>(key, json_builder_add_int_value, value); }

Json& Json::number(const char* key, double value) {
  return std::isfinite(value) ? to(key, json_builder_add_double_value, value) : to(key, json_builder_add_null_value);
}

Json& Json::truth(const char* key, bool value) { return to<gboolean>(key, json_builder_add_boolean_value, value); }

Json& Json::nothing(const char* key) { return to(key, json_builder_add_null_value); }

static std::string written(JsonNode* node, gboolean pretty) {
  const Owned<gchar> text(json_to_string(node, pretty));
  return text.get();
}

std::string Json::written(gboolean pretty) const {
  const Owned<JsonNode> root(json_builder_get_root(builder_.get()));
  return command::written(root.get(), pretty) + "\n";
}

JsonValue JsonValue::parse(const std::string& json) {
  Owned<GError> error;
  const Owned<JsonNode> root(json_from_string(json.c_str(), out(error)));
  if (!root) throw Failure(error ? error->message : "there is nothing in it");
  return JsonValue(root.get(), "its whole");
}

void JsonValue::expect(bool is_so, const char* kind) const {
  if (!is_so) throw Failure(name_ + " is not " + kind);
}

std::vector<std::string> JsonValue::keys() const {
  expect(JSON_NODE_HOLDS_OBJECT(node_.get()), "an object");
  std::vector<std::string> keys;
  GList* const members = json_object_get_members(json_node_get_object(node_.get()));
  for (GList* i = members; i; i = i->next) keys.emplace_back(static_cast<const char*>(i->data));
  g_list_free(members);
  return keys;
}

bool JsonValue::has(const std::string& key) const {
  expect(JSON_NODE_HOLDS_OBJECT(node_.get()), "an object");
  return json_object_has_member(json_node_get_object(node_.get()), key.c_str());
}

JsonValue JsonValue::at(const std::string& key) const {
  if (!has(key)) throw Failure(key + " is missing in " + name_);
  return JsonValue(json_object_get_member(json_node_get_object(node_.get()), key.c_str()), key);
}

std::vector<JsonValue> JsonValue::elements() const {
  expect(JSON_NODE_HOLDS_ARRAY(node_.get()), "an array");
  JsonArray* const array = json_node_get_array(node_.get());
  std::vector<JsonValue> elements;
  for (guint i = 0; i < json_array_get_length(array); ++i)
    elements.push_back(JsonValue(json_array_get_element(array, i), "an element of " + name_));
  return elements;
}

std::string JsonValue::text() const {
  expect(json_node_get_value_type(node_.get()) == G_TYPE_STRING, "a text");
  return json_node_get_string(node_.get());
}

std::int64_t JsonValue::integer() const {
  expect(json_node_get_value_type(node_.get()) == G_TYPE_INT64, "a whole number");
  return json_node_get_int(node_.get());
}

double JsonValue::number() const {
  const GType type = json_node_get_value_type(node_.get());
  expect(type == G_TYPE_DOUBLE || type == G_TYPE_INT64, "a number");
  return json_node_get_double(node_.get());
}

bool JsonValue::truth() const {
  expect(json_node_get_value_type(node_.get()) == G_TYPE_BOOLEAN, "true or false");
  return json_node_get_boolean(node_.get());
}

std::string JsonValue::written() const { return command::written(node_.get(), FALSE); }

}  // namespace colorize::command
