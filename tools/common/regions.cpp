// SPDX-License-Identifier: LGPL-2.1-or-later
#include "regions.h"

#include <glib.h>

#include <algorithm>
#include <sstream>
#include <string_view>

#include "error.h"
#include "failure.h"
#include "file.h"
#include "json.h"

namespace colorize::command {

namespace {

constexpr std::uint64_t largest_mask = 4 << 20, largest_file = 16 << 20;

bool is_text(const std::string& content) {
  return g_utf8_validate(content.data(), static_cast<gssize>(content.size()), nullptr);
}

/// As the element's property takes it.
std::string data_url(const std::string& picture) {
  if (picture.size() > largest_mask)
    throw Error(Error::Kind::settings, "the mask has more than 4 MiB; save it smaller, such as a PNG in grays");
  const Owned<gchar> base64(g_base64_encode(reinterpret_cast<const guchar*>(picture.data()), picture.size()));
  return std::string("data:;base64,") + base64.get();
}

/// The line of a region with its mask's content.
std::string with_mask(const std::string& line) try {
  constexpr int most_brackets = 16;  // of a mask's line; a parser comes to its stack's end with what nests deep
  const auto opens = [](char c) { return c == '{' || c == '['; };
  if (line.find("\"mask\"") == line.npos || std::ranges::count_if(line, opens) > most_brackets) return line;
  const JsonValue region = JsonValue::parse(line);
  if (!region.has("mask") || region.at("mask").text().starts_with("data:")) return line;
  std::string result = "{\"mask\":\"" + data_url(read_file(region.at("mask").text(), largest_file)) + "\"";
  for (const std::string& key : region.keys())
    if (key != "mask") result += ",\"" + key + "\":" + region.at(key).written();
  return result + "}";
} catch (const Failure& failure) {
  throw Error(Error::Kind::settings, failure.what());
}

bool is_short(std::string_view line) {
  return line == "roi" || line.starts_with("roi:") ||
         (std::ranges::count(line, ',') == 3 && line.find_first_not_of("0123456789.,%") == line.npos);
}

std::string lines_with_masks(const std::string& text) {
  std::string result;
  std::istringstream rest(text);
  std::size_t number = 0;
  for (std::string line; std::getline(rest, line);) {
    ++number;
    const auto first = line.find_first_not_of(" \t\r");
    if (first == line.npos) continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    if (line[0] != '{' && !is_short(line))
      throw Error(Error::Kind::settings,
                  "line " + std::to_string(number) +
                      " is no region, which is a JSON object in braces, x,y,width,height or roi");
    result += (result.empty() ? "" : "\n") + (line[0] == '{' ? with_mask(line) : line);
  }
  return result;
}

}  // namespace

std::string lines_of_regions(const std::string& text) {
  if (text.starts_with('{') || is_short(text)) return lines_with_masks(text);
  const std::string content = read_file(text, largest_file);
  if (is_text(content)) return lines_with_masks(content);
  Json mask;
  return mask.object().text("mask", data_url(content)).end_object().line();
}

}  // namespace colorize::command
