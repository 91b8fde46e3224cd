// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pagehints.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "../gst/gstcolorizehints.h"
#include "error.h"
#include "json.h"

namespace colorize::command {

std::string fault_of_hints(const std::string& lines) try {
  if (lines.size() > longest_hints) return "hints are longer than " + std::to_string(longest_hints) + " bytes";
  gst_colorize_parse_hints(lines, FALSE);
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
      } else if (key == "time") {
        written.number("time", value.number());
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
