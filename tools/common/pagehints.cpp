// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pagehints.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "../gst/gstcolorizehints.h"
#include "../gst/gstcolorizeregions.h"
#include "error.h"
#include "json.h"

namespace colorize::command {

namespace {

/// A region's line may be the name of a file, and its mask the name of a picture or the picture itself; a key may be
/// written with escapes. Throws Error.
void check_that_none_brings_a_file(const std::string& lines) {
  std::istringstream rest(lines);
  for (std::string line; std::getline(rest, line);) {
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string::npos) continue;
    if (line[first] != '{')
      throw Error(Error::Kind::settings, "is no region, which is here a JSON object in braces on a line of its own");
    if (line.find("mask") != std::string::npos || line.find('\\') != std::string::npos)
      throw Error(Error::Kind::settings, "a page takes rectangles and polygons; give a mask to the command");
  }
}

}  // namespace

bool is_said_in_lines(const std::string& property) {
  return property == "hints" || property == "region" || property == "exclude";
}

std::string fault_of_lines(const std::string& property, const std::string& lines) try {
  if (lines.size() > longest_lines) return property + " is longer than " + std::to_string(longest_lines) + " bytes";
  if (property == "hints") {
    gst_colorize_parse_hints(lines, FALSE);
  } else {
    check_that_none_brings_a_file(lines);
    gst_colorize_parse_regions(lines, property);
  }
  return "";
} catch (const Error& error) {
  return error.what();
}

std::string hints_in_shares(const std::string& lines, int width, int height) {
  std::istringstream rest(lines);
  std::string result;
  for (std::string line; std::getline(rest, line);) {
    if (line.find('{') == std::string::npos) continue;
    const JsonValue hint = JsonValue::parse(line);
    Json written;
    written.object();
    bool is_inside = true;
    for (const std::string& key : hint.keys()) {
      const JsonValue value = hint.at(key);
      if (value.written().starts_with('"')) {
        written.text(key.c_str(), value.text());
      } else if (key == "time" || key == "warmth" || key == "tint") {
        written.number(key.c_str(), value.number());
      } else {
        const double share = 100 * value.number() / (key == "y" ? height : width);
        is_inside = is_inside && (key == "radius" || share <= 100);
        std::array<gchar, G_ASCII_DTOSTR_BUF_SIZE> number{};
        g_ascii_dtostr(number.data(), number.size(), std::min(share, 100.0));
        written.text(key.c_str(), std::string(number.data()) + "%");
      }
    }
    if (is_inside) result += written.end_object().line();
  }
  return result;
}

}  // namespace colorize::command
