// SPDX-License-Identifier: LGPL-2.1-or-later
#include "words.h"

#include <algorithm>
#include <cmath>

#include "owned.h"

namespace colorize::command {

namespace {

/// Of a string of GLib's, which is given away.
std::string taken(gchar* text) { return Owned<gchar>(text).get(); }

}  // namespace

std::string fixed(double value, int digits) {
  if (std::isnan(value)) return "–";
  if (std::isinf(value)) return "∞";
  char text[64], format[] = "%.0f";
  format[2] = static_cast<char>('0' + digits);
  return g_ascii_formatd(text, sizeof text, format, value);
}

std::string decimal(double value, int digits) { return taken(g_strdup_printf("%.*f", digits, value)); }

std::string brief(double value) { return taken(g_strdup_printf("%g", value)); }

std::string percent(double share) { return std::isfinite(share) ? fixed(100 * share, 0) + " %" : "–"; }

std::string seconds(std::int64_t time) { return decimal(static_cast<double>(time) / GST_SECOND, 1) + " s"; }

std::string clock_time(double seconds) {
  const long all = std::lround(std::max(0.0, seconds));
  if (all < 3600) return taken(g_strdup_printf("%ld:%02ld", all / 60, all % 60));
  return taken(g_strdup_printf("%ld:%02ld:%02ld", all / 3600, all / 60 % 60, all % 60));
}

std::string counted(std::uint64_t count, const char* thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string escaped(const std::string& text) {
  const Owned<gchar> valid(g_utf8_make_valid(text.c_str(), -1));
  return taken(g_markup_escape_text(valid.get(), -1));
}

}  // namespace colorize::command
