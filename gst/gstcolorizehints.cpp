// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizehints.h"

#include <json-glib/json-glib.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "colour.h"
#include "error.h"
#include "excerpt.h"
#include "file.h"

using colorize::PlacedHint;

static constexpr std::uint64_t largest_file = 16 << 20;
static constexpr double largest_number = 1e9; /* as nanoseconds it is a 64-bit number yet */
static constexpr std::array<std::string_view, 6> keys{"time", "x", "y", "radius", "colour", "kind"};

[[noreturn]] static void gst_colorize_refuse_hint(const std::string& where, const std::string& why) {
  throw colorize::Error(colorize::Error::Kind::settings, where + ": " + why);
}

static double gst_colorize_number(JsonNode* node, const std::string& where, const char* key) {
  const GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    gst_colorize_refuse_hint(where, std::string("\"") + key + "\" must be a number");
  const double number = json_node_get_double(node);
  if (!(number >= 0 && number <= largest_number))
    gst_colorize_refuse_hint(where, std::string("\"") + key + "\" must be a number from 0 to 1000000000");
  return number;
}

static PlacedHint::Length gst_colorize_length(JsonNode* node, const std::string& where, const char* key) {
  if (!JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_STRING)
    return {gst_colorize_number(node, where, key), false};
  const gchar* text = json_node_get_string(node);
  gchar* end = NULL;
  const gdouble share = g_ascii_strtod(text, &end);
  if (end == text || std::string_view(end) != "%" || !(share >= 0 && share <= 100))
    gst_colorize_refuse_hint(
        where, std::string("\"") + key + "\" must be a number of pixels, or a share from \"0%\" to \"100%\"");
  return {share / 100, true};
}

static std::array<float, 2> gst_colorize_colour(JsonNode* node, const std::string& where) {
  const std::string_view text =
      JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING ? json_node_get_string(node) : "";
  if (text == "gray") return {0, 0};
  if (text.size() != 7 || text[0] != '#' ||
      !std::ranges::all_of(text.substr(1), [](char c) { return g_ascii_isxdigit(c); }))
    gst_colorize_refuse_hint(where, "\"colour\" must be #rrggbb or \"gray\"");
  colorize::colour::Triple rgb;
  for (std::size_t i = 0; i < 3; ++i)
    rgb[i] = colorize::colour::to_linear(
        (16 * g_ascii_xdigit_value(text[2 * i + 1]) + g_ascii_xdigit_value(text[2 * i + 2])) / 255.0);
  const auto lab = colorize::colour::linear_rgb_to_lab(rgb, colorize::Primaries::bt709);
  return {static_cast<float>(lab[1]), static_cast<float>(lab[2])};
}

static PlacedHint gst_colorize_hint(JsonObject* object, const std::string& where) {
  GList* const members = json_object_get_members(object);
  std::string unknown;
  for (GList* member = members; member; member = member->next)
    if (std::ranges::find(keys, static_cast<const gchar*>(member->data)) == keys.end())
      unknown = static_cast<const gchar*>(member->data);
  g_list_free(members);
  if (!unknown.empty())
    gst_colorize_refuse_hint(where, "there is no key \"" + colorize::excerpt(unknown) +
                                        "\"; a hint has time, x, y, radius, colour and kind");
  const auto has = [&](const char* key) { return json_object_has_member(object, key); };
  const auto node = [&](const char* key) { return json_object_get_member(object, key); };
  for (const char* key : {"x", "y"})
    if (!has(key)) gst_colorize_refuse_hint(where, std::string("\"") + key + "\" is missing");

  PlacedHint hint{.x = gst_colorize_length(node("x"), where, "x"), .y = gst_colorize_length(node("y"), where, "y")};
  if (has("radius")) hint.radius = gst_colorize_length(node("radius"), where, "radius");
  if (has("time")) hint.time = gst_colorize_number(node("time"), where, "time");
  if (has("kind")) {
    JsonNode* kind = node("kind");
    const std::string_view name = JSON_NODE_HOLDS_VALUE(kind) && json_node_get_value_type(kind) == G_TYPE_STRING
                                      ? json_node_get_string(kind)
                                      : "";
    if (name != "colour" && name != "neutral")
      gst_colorize_refuse_hint(where, "\"kind\" must be \"colour\" or \"neutral\"");
    if (name == "neutral") hint.kind = PlacedHint::Kind::neutral;
  }
  if (has("colour"))
    hint.ab = gst_colorize_colour(node("colour"), where);
  else if (hint.kind == PlacedHint::Kind::colour)
    gst_colorize_refuse_hint(where, "\"colour\" is missing");
  return hint;
}

static void gst_colorize_add_hints(const std::string& text, const std::string& origin, gboolean files,
                                   std::vector<PlacedHint>& hints) {
  gchar** const lines = g_strsplit(text.c_str(), "\n", -1);
  const std::unique_ptr<gchar*, decltype(&g_strfreev)> kept(lines, &g_strfreev);
  for (int i = 0; lines[i]; ++i) {
    const gchar* line = g_strstrip(lines[i]);
    const std::string where = origin + (lines[1] ? ", line " + std::to_string(i + 1) : "");
    if (!*line) continue;
    if (*line != '{') {
      if (!files) gst_colorize_refuse_hint(where, "is no hint, which is a JSON object in braces");
      gst_colorize_add_hints(colorize::read_file(line, largest_file), line, FALSE, hints);
      continue;
    }
    /* The parser calls itself for what is nested, and would come to the end of its stack. */
    if (std::string_view(line).find_first_of("[{", 1) != std::string_view::npos)
      gst_colorize_refuse_hint(where, "is no hint: its values are numbers and words alone");
    const std::unique_ptr<JsonParser, decltype(&g_object_unref)> parser(json_parser_new(), &g_object_unref);
    GError* error = NULL;
    if (!json_parser_load_from_data(parser.get(), line, -1, &error)) {
      const std::string why = error->message;
      g_error_free(error);
      gst_colorize_refuse_hint(where, "is no JSON: " + colorize::excerpt(why));
    }
    JsonNode* root = json_parser_get_root(parser.get());
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) gst_colorize_refuse_hint(where, "is no JSON object");
    hints.push_back(gst_colorize_hint(json_node_get_object(root), where));
  }
}

colorize::PlacedHints gst_colorize_parse_hints(const std::string& text, gboolean files) {
  std::vector<PlacedHint> hints;
  gst_colorize_add_hints(text, "hints", files, hints);
  if (hints.empty()) return {};
  return std::make_shared<const std::vector<PlacedHint>>(std::move(hints));
}
