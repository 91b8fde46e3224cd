// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizeregions.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "file.h"
#include "gstcolorizejson.h"
#include "gstcolorizemask.h"

using colorize::Region;
using Length = colorize::PlacedHint::Length;

static constexpr std::uint64_t largest_file = 16 << 20;
static constexpr gint most_corners = 256;
static constexpr std::array<std::string_view, 8> keys{"rectangle", "polygon", "mask", "roi",
                                                      "soft",      "time",    "end",  "moves"};

static std::vector<Region::Corner> gst_colorize_rectangle(const std::array<Length, 4>& sides,
                                                          const std::string& where) {
  const auto& [x, y, width, height] = sides;
  const auto sum = [&](Length from, Length by) {
    if (from.value != 0 && by.value != 0 && from.share != by.share)
      gst_colorize_refuse(where, "a rectangle's place and size must be both pixels, or both shares with %");
    return Length{from.value + by.value, from.value != 0 ? from.share : by.share};
  };
  const Length right = sum(x, width), bottom = sum(y, height);
  return {{x, y}, {right, y}, {right, bottom}, {x, bottom}};
}

/* `what` says what the array is to be. */
static JsonArray* gst_colorize_array(JsonNode* node, const std::string& where, const char* key,
                                     const std::string& what) {
  if (!JSON_NODE_HOLDS_ARRAY(node)) gst_colorize_refuse(where, std::string("\"") + key + "\" must be " + what);
  return json_node_get_array(node);
}

static std::vector<Region::Corner> gst_colorize_polygon(JsonNode* node, const std::string& where) {
  const std::string what = "three places or more, each [x, y]";
  JsonArray* const array = gst_colorize_array(node, where, "polygon", what);
  std::vector<Region::Corner> corners;
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    JsonArray* const corner = gst_colorize_array(json_array_get_element(array, i), where, "polygon", what);
    if (json_array_get_length(corner) != 2) gst_colorize_refuse(where, "\"polygon\" must be " + what);
    corners.push_back({gst_colorize_length(json_array_get_element(corner, 0), where, "polygon"),
                       gst_colorize_length(json_array_get_element(corner, 1), where, "polygon")});
  }
  if (corners.size() < 3) gst_colorize_refuse(where, "\"polygon\" must be " + what);
  return corners;
}

static std::shared_ptr<const cv::Mat> gst_colorize_mask(std::string_view name, const std::string& where) {
  constexpr std::string_view base64 = ";base64,";
  if (name.empty()) gst_colorize_refuse(where, "\"mask\" must be the name of a picture");
  std::string bytes;
  if (name.starts_with("data:")) {
    const auto begin = name.find(base64);
    if (begin == name.npos) gst_colorize_refuse(where, "\"mask\" has data that is not in base64");
    gsize size = 0;
    guchar* const data = g_base64_decode(name.data() + begin + base64.size(), &size);
    bytes.assign(reinterpret_cast<const char*>(data), size);
    g_free(data);
  } else {
    bytes = colorize::read_file(std::string(name), largest_file);
  }
  return std::make_shared<const cv::Mat>(gst_colorize_decode_mask(bytes, where));
}

static Region gst_colorize_region(JsonObject* object, const std::string& where) {
  gst_colorize_expect_keys(object, where, keys,
                           "a region has rectangle, polygon, mask or roi, and soft, time, end and moves");
  const auto has = [&](const char* key) { return json_object_has_member(object, key); };
  const auto node = [&](const char* key) { return json_object_get_member(object, key); };
  if (std::ranges::count_if(std::span(keys).first(4), [&](std::string_view key) { return has(key.data()); }) != 1)
    gst_colorize_refuse(where, "a region has one of \"rectangle\", \"polygon\", \"mask\" and \"roi\"");
  Region region;
  if (has("rectangle")) {
    const std::string what = "[x, y, width, height]";
    JsonArray* const array = gst_colorize_array(node("rectangle"), where, "rectangle", what);
    std::array<Length, 4> sides;
    if (json_array_get_length(array) != sides.size()) gst_colorize_refuse(where, "\"rectangle\" must be " + what);
    for (guint i = 0; i < sides.size(); ++i)
      sides[i] = gst_colorize_length(json_array_get_element(array, i), where, "rectangle");
    region.polygon = gst_colorize_rectangle(sides, where);
  }
  if (has("polygon")) region.polygon = gst_colorize_polygon(node("polygon"), where);
  if (has("roi")) region.detected = gst_colorize_word(node("roi"));
  if (has("soft")) region.soft = gst_colorize_length(node("soft"), where, "soft");
  if (has("time")) region.time = gst_colorize_number(node("time"), where, "time");
  if (has("end")) region.end = gst_colorize_number(node("end"), where, "end");
  if (has("moves")) {
    JsonNode* const moves = node("moves");
    if (!JSON_NODE_HOLDS_VALUE(moves) || json_node_get_value_type(moves) != G_TYPE_BOOLEAN)
      gst_colorize_refuse(where, "\"moves\" must be true or false");
    region.moves = json_node_get_boolean(moves);
  }
  if (has("mask") && has("soft")) gst_colorize_refuse(where, "a mask has no \"soft\"; draw its edge in grays");
  if (region.detected && region.moves)
    gst_colorize_refuse(where, "\"roi\" has no \"moves\": a detector says where it is in each frame");
  if (has("mask")) region.mask = gst_colorize_mask(gst_colorize_word(node("mask")), where);
  return region;
}

/* A rectangle such as 10%,10%,50%,20%; has no corners where the text is none. */
static Region gst_colorize_short_region(const gchar* text, const std::string& where) {
  std::array<Length, 4> sides;
  const gchar* at = text;
  for (std::size_t i = 0; i < sides.size(); ++i) {
    gchar* end = NULL;
    const gdouble value = g_ascii_strtod(at, &end);
    const bool share = *end == '%';
    if (end == at || !(value >= 0 && value <= 1e9) || end[share] != (i + 1 < sides.size() ? ',' : '\0')) return {};
    sides[i] = {share ? value / 100 : value, share};
    at = end + share + 1;
  }
  return {.polygon = gst_colorize_rectangle(sides, where)};
}

static void gst_colorize_add_regions(const std::string& text, const std::string& origin, gboolean files,
                                     std::vector<Region>& regions) {
  gchar** const lines = g_strsplit(text.c_str(), "\n", -1);
  const std::unique_ptr<gchar*, decltype(&g_strfreev)> kept(lines, &g_strfreev);
  for (int i = 0; lines[i]; ++i) {
    const gchar* line = g_strstrip(lines[i]);
    const std::string where = origin + (lines[1] ? ", line " + std::to_string(i + 1) : "");
    const std::string_view word = line;
    if (word.empty()) continue;
    if (word[0] == '{') {
      gst_colorize_read_object(line, where, "region", most_corners + 2,
                               [&](JsonObject* object) { regions.push_back(gst_colorize_region(object, where)); });
    } else if (word == "roi" || word.starts_with("roi:")) {
      regions.push_back({.detected = std::string(word.substr(std::min<std::size_t>(word.size(), 4)))});
    } else if (Region region = gst_colorize_short_region(line, where); !region.polygon.empty()) {
      regions.push_back(std::move(region));
    } else if (files) {
      const std::string content = colorize::read_file(line, largest_file);
      if (g_utf8_validate(content.data(), static_cast<gssize>(content.size()), NULL))
        gst_colorize_add_regions(content, line, FALSE, regions);
      else
        regions.push_back({.mask = std::make_shared<const cv::Mat>(gst_colorize_decode_mask(content, line))});
    } else {
      gst_colorize_refuse(where, "is no region, which is a JSON object in braces, x,y,width,height or roi");
    }
  }
}

colorize::Regions gst_colorize_parse_regions(const std::string& text, const std::string& name) {
  std::vector<Region> regions;
  gst_colorize_add_regions(text, name, TRUE, regions);
  if (regions.empty()) return {};
  return std::make_shared<const std::vector<Region>>(std::move(regions));
}

colorize::Regions gst_colorize_fill_regions(const colorize::Regions& regions, GstBuffer* buffer) {
  const auto is_detected = [](const Region& region) { return region.detected.has_value(); };
  if (!regions || std::ranges::none_of(*regions, is_detected)) return regions;
  std::vector<Region> filled;
  for (const Region& region : *regions) {
    filled.push_back(region); /* which has no corners where nothing was detected, but holds */
    if (!region.detected) continue;
    gpointer state = NULL;
    while (GstMeta* meta =
               gst_buffer_iterate_meta_filtered(buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)) {
      const auto* roi = reinterpret_cast<GstVideoRegionOfInterestMeta*>(meta);
      const gchar* type = g_quark_to_string(roi->roi_type);
      if (!region.detected->empty() && *region.detected != (type ? type : "")) continue;
      Region found = region;
      const gdouble x = roi->x, y = roi->y, right = x + roi->w, bottom = y + roi->h;
      found.polygon = {{{x}, {y}}, {{right}, {y}}, {{right}, {bottom}}, {{x}, {bottom}}};
      filled.push_back(std::move(found));
    }
  }
  return std::make_shared<const std::vector<Region>>(std::move(filled));
}
