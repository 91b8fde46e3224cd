// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizejson.h"

#include <algorithm>
#include <memory>

#include "error.h"
#include "excerpt.h"

void gst_colorize_refuse(const std::string& where, const std::string& why) {
  throw colorize::Error(colorize::Error::Kind::settings, where + ": " + why);
}

void gst_colorize_read_object(const gchar* line, const std::string& where, const std::string& what, gint brackets,
                              const std::function<void(JsonObject*)>& take) {
  const std::string_view text = line;
  /* The parser calls itself for what is nested, and would come to the end of its stack. */
  if (std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; }) > brackets)
    gst_colorize_refuse(where, brackets == 1
                                   ? "is no " + what + ": its values are numbers and words alone"
                                   : "is no " + what + ": it has more brackets than " + std::to_string(brackets));
  const std::unique_ptr<JsonParser, decltype(&g_object_unref)> parser(json_parser_new(), &g_object_unref);
  GError* error = NULL;
  if (!json_parser_load_from_data(parser.get(), line, -1, &error)) {
    const std::string why = error->message;
    g_error_free(error);
    gst_colorize_refuse(where, "is no JSON: " + colorize::excerpt(why));
  }
  JsonNode* root = json_parser_get_root(parser.get());
  if (!root || !JSON_NODE_HOLDS_OBJECT(root)) gst_colorize_refuse(where, "is no JSON object");
  take(json_node_get_object(root));
}

void gst_colorize_expect_keys(JsonObject* object, const std::string& where, std::span<const std::string_view> keys,
                              const std::string& what_has) {
  GList* const members = json_object_get_members(object);
  std::string unknown;
  for (GList* member = members; member; member = member->next)
    if (std::ranges::find(keys, static_cast<const gchar*>(member->data)) == keys.end())
      unknown = static_cast<const gchar*>(member->data);
  g_list_free(members);
  if (!unknown.empty())
    gst_colorize_refuse(where, "there is no key \"" + colorize::excerpt(unknown) + "\"; " + what_has);
}

double gst_colorize_number(JsonNode* node, const std::string& where, const char* key, gint least, gint most) {
  const GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    gst_colorize_refuse(where, std::string("\"") + key + "\" must be a number");
  const double number = json_node_get_double(node);
  if (!(number >= least && number <= most))
    gst_colorize_refuse(where, std::string("\"") + key + "\" must be a number from " + std::to_string(least) + " to " +
                                   std::to_string(most));
  return number;
}

colorize::PlacedHint::Length gst_colorize_length(JsonNode* node, const std::string& where, const char* key) {
  if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
    return {gst_colorize_number(node, where, key), false};
  const gchar* text = json_node_get_string(node);
  gchar* end = NULL;
  const gdouble share = g_ascii_strtod(text, &end);
  if (end == text || std::string_view(end) != "%" || !(share >= 0 && share <= 100))
    gst_colorize_refuse(where,
                        std::string("\"") + key + "\" must be a number of pixels, or a share from \"0%\" to \"100%\"");
  return {share / 100, true};
}

std::string_view gst_colorize_word(JsonNode* node) {
  return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node)
                                                                                        : "";
}
