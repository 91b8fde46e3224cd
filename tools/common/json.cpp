// SPDX-License-Identifier: LGPL-2.1-or-later
#include "json.h"

#include <cmath>

#include "owned.h"

namespace colorize::command {

Json& Json::text(const char* key, const std::string& value) {
  const Owned<gchar> valid(g_utf8_make_valid(value.data(), static_cast<gssize>(value.size())));
  return to<const char*>(key, json_builder_add_string_value, valid.get());
}

Json& Json::count(const char* key, std::uint64_t value) {
  return to(key, json_builder_add_int_value, static_cast<gint64>(value));
}

Json& Json::number(const char* key, double value) {
  return std::isfinite(value) ? to(key, json_builder_add_double_value, value) : to(key, json_builder_add_null_value);
}

Json& Json::truth(const char* key, bool value) { return to<gboolean>(key, json_builder_add_boolean_value, value); }

std::string Json::written(gboolean pretty) const {
  const std::unique_ptr<JsonNode, decltype(&json_node_unref)> root(json_builder_get_root(builder_.get()),
                                                                   json_node_unref);
  const Owned<gchar> text(json_to_string(root.get(), pretty));
  return std::string(text.get()) + "\n";
}

}  // namespace colorize::command
