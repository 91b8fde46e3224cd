// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colourreference.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string>

namespace colorize {

namespace {

/// Takes digits, and a point with more of them behind where `fraction` is set, from the front of `text`.
std::string take_number(std::string_view& text, bool fraction) {
  const auto is_digit = [](char c) { return g_ascii_isdigit(c) != 0; };
  const auto end_of_digits = [&](std::size_t from) {
    return static_cast<std::size_t>(
        std::find_if_not(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), is_digit) - text.begin());
  };
  std::size_t end = end_of_digits(0);
  if (fraction && end > 0 && end + 1 < text.size() && text[end] == '.' && is_digit(text[end + 1]))
    end = end_of_digits(end + 1);
  const std::string number(text.substr(0, end));
  text.remove_prefix(end);
  return number;
}

bool goes_on_as_a_word(std::string_view text) { return !text.empty() && g_ascii_isalnum(text.front()); }

}  // namespace

std::optional<double> time_of_name(std::string_view name) {
  constexpr std::size_t most_digits = 9;
  std::string_view rest = name;
  const std::string seconds = take_number(rest, true);
  if (seconds.empty() || std::min(seconds.find('.'), seconds.size()) > most_digits) return std::nullopt;
  if (rest.starts_with('s') && !goes_on_as_a_word(rest.substr(1))) return g_ascii_strtod(seconds.c_str(), nullptr);

  rest = name;
  double time = 0;
  char separator = 0;
  for (int part = 0; part < 3; ++part) {
    const std::string number = take_number(rest, part == 2);
    const std::size_t digits = std::min(number.find('.'), number.size());
    const double value = g_ascii_strtod(number.c_str(), nullptr);
    if (digits == 0 || digits > 2 || number.size() > most_digits || (part > 0 && (digits != 2 || value >= 60)))
      return std::nullopt;
    time = 60 * time + value;
    if (part == 2) break;
    if (rest.empty() || std::string_view(":-_").find(rest.front()) == std::string_view::npos) return std::nullopt;
    if (part == 1 && rest.front() != separator) return std::nullopt;
    separator = rest.front();
    rest.remove_prefix(1);
  }
  return goes_on_as_a_word(rest) ? std::nullopt : std::optional(time);
}

std::optional<std::pair<double, double>> part_of_name(std::string_view name) {
  std::string_view rest = name;
  std::array<double, 3> seconds{};
  for (double& value : seconds) {
    if (&value != &seconds.front() && !rest.starts_with('_')) return std::nullopt;
    if (&value != &seconds.front()) rest.remove_prefix(1);
    const std::string number = take_number(rest, true);
    if (number.empty() || !rest.starts_with('s') || goes_on_as_a_word(rest.substr(1))) return std::nullopt;
    rest.remove_prefix(1);
    value = g_ascii_strtod(number.c_str(), nullptr);
  }
  const auto& [time, begin, end] = seconds;
  return begin <= time && time < end ? std::optional(std::pair(begin, end)) : std::nullopt;  // else it is another name
}

}  // namespace colorize
