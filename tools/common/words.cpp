// SPDX-License-Identifier: LGPL-2.1-or-later
#include "words.h"

#include <algorithm>
#include <cmath>
#include <regex>

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

std::optional<std::int64_t> time_of(const std::string& clock_time) {
  constexpr double most = 1e8;
  if (clock_time.size() > 64) return std::nullopt;  // std::regex goes a call deeper for every letter
  static const std::regex form("(?:(?:([0-9]{1,8}):)?([0-9]{1,8}):)?([0-9]{1,8}(?:[.][0-9]*)?|[.][0-9]+)");
  std::smatch parts;
  if (!std::regex_match(clock_time, parts, form)) return std::nullopt;
  const auto number = [&](std::size_t i) { return g_ascii_strtod(parts.str(i).c_str(), nullptr); };
  const double seconds = 3600 * number(1) + 60 * number(2) + number(3);
  const bool is_usual = !parts[2].matched || (number(3) < 60 && (!parts[1].matched || number(2) < 60));
  return is_usual && seconds < most ? std::optional(std::llround(seconds * GST_SECOND)) : std::nullopt;
}

std::string moment_now() {
  GDateTime* const now = g_date_time_new_now_utc();
  const std::string text = taken(g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ"));
  g_date_time_unref(now);
  return text;
}

std::string time_in_name(std::int64_t time) {
  const std::int64_t thousandths = (time + GST_MSECOND / 2) / GST_MSECOND, all = thousandths / 1000;
  std::string text =
      taken(g_strdup_printf("%02d.%03d", static_cast<int>(all % 60), static_cast<int>(thousandths % 1000)));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  const std::int64_t hours = all / 3600, minutes = all / 60 % 60;
  if (all < 60) return (text.size() > 1 && text[0] == '0' ? text.substr(1) : text) + "s";
  text = taken(g_strdup_printf(hours ? "%02d" : "%d", static_cast<int>(minutes))) + "m" + text + "s";
  return hours ? std::to_string(hours) + "h" + text : text;
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
