// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizehints.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "colour.h"
#include "file.h"
#include "gstcolorizejson.h"

using colorize::PlacedHint;

static constexpr std::uint64_t largest_file = 16 << 20;
static constexpr std::array<std::string_view, 6> keys{"time", "x", "y", "radius", "colour", "kind"};
static constexpr std::array<std::string_view, 3> keys_of_scene{"time", "warmth", "tint"};

static std::array<float, 2> gst_colorize_colour(JsonNode* node, const std::string& where) {
  const std::string_view text = gst_colorize_word(node);
  if (text == "gray") return {0, 0};
  const auto ab = colorize::colour::ab_of_code(text);
  if (!ab) gst_colorize_refuse(where, "\"colour\" must be #rrggbb, \"gray\" or \"source\"");
  return *ab;
}

static PlacedHint gst_colorize_scene(JsonObject* object, const std::string& where) {
  gst_colorize_expect_keys(object, where, keys_of_scene, "a hint of a whole scene has time, warmth and tint");
  PlacedHint hint{.kind = PlacedHint::Kind::scene};
  const auto units = [&](const char* key) -> float {
    if (!json_object_has_member(object, key)) return 0;
    return static_cast<float>(gst_colorize_number(json_object_get_member(object, key), where, key, -50, 50));
  };
  if (json_object_has_member(object, "time"))
    hint.time = gst_colorize_number(json_object_get_member(object, "time"), where, "time");
  hint.ab = {units("tint"), units("warmth")};
  return hint;
}

static PlacedHint gst_colorize_hint(JsonObject* object, const std::string& where) {
  if (json_object_has_member(object, "warmth") || json_object_has_member(object, "tint"))
    return gst_colorize_scene(object, where);
  gst_colorize_expect_keys(object, where, keys, "a hint has time, x, y, radius, colour and kind");
  const auto has = [&](const char* key) { return json_object_has_member(object, key); };
  const auto node = [&](const char* key) { return json_object_get_member(object, key); };
  for (const char* key : {"x", "y"})
    if (!has(key)) gst_colorize_refuse(where, std::string("\"") + key + "\" is missing");

  PlacedHint hint{.x = gst_colorize_length(node("x"), where, "x"), .y = gst_colorize_length(node("y"), where, "y")};
  if (has("radius")) hint.radius = gst_colorize_length(node("radius"), where, "radius");
  if (has("time")) hint.time = gst_colorize_number(node("time"), where, "time");
  if (has("kind")) {
    const std::string_view name = gst_colorize_word(node("kind"));
    if (name != "colour" && name != "neutral") gst_colorize_refuse(where, "\"kind\" must be \"colour\" or \"neutral\"");
    if (name == "neutral") hint.kind = PlacedHint::Kind::neutral;
  }
  const bool is_source = has("colour") && gst_colorize_word(node("colour")) == "source";
  if (is_source && hint.kind == PlacedHint::Kind::colour)
    hint.kind = PlacedHint::Kind::source;
  else if (has("colour") && !is_source)
    hint.ab = gst_colorize_colour(node("colour"), where);
  else if (hint.kind == PlacedHint::Kind::colour)
    gst_colorize_refuse(where, "\"colour\" is missing");
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
      if (!files) gst_colorize_refuse(where, "is no hint, which is a JSON object in braces");
      gst_colorize_add_hints(colorize::read_file(line, largest_file), line, FALSE, hints);
      continue;
    }
    gst_colorize_read_object(line, where, "hint", 1,
                             [&](JsonObject* object) { hints.push_back(gst_colorize_hint(object, where)); });
  }
}

colorize::PlacedHints gst_colorize_parse_hints(const std::string& text, gboolean files) {
  std::vector<PlacedHint> hints;
  gst_colorize_add_hints(text, "hints", files, hints);
  if (hints.empty()) return {};
  return std::make_shared<const std::vector<PlacedHint>>(std::move(hints));
}
