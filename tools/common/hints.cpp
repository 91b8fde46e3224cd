// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hints.h"

#include <glib.h>
#include <gst/gst.h>

#include <algorithm>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>

#include "error.h"
#include "file.h"
#include "json.h"

namespace colorize::command {

namespace {

bool is_lines(const std::string& property) {
  return property == "hints" || property == "region" || property == "exclude";
}

/// Calls `work` with the property, the line and its JSON for each hint and region that is JSON; the others say no time.
template <typename Work>
void for_each_line(const Properties& properties, const Work& work) {
  for (const auto& [name, value] : properties) {
    std::istringstream lines(is_lines(name) ? value : "");
    for (std::string line; std::getline(lines, line);)
      if (line.find('{') != std::string::npos)
        work(name, line, std::optional(JsonValue::parse(line)));
      else if (!line.empty())
        work(name, line, std::optional<JsonValue>());
  }
}

std::optional<std::int64_t> time_of(const JsonValue& line, const char* key) {
  if (!line.has(key)) return std::nullopt;
  return static_cast<std::int64_t>(std::clamp(line.at(key).number(), 0.0, 1e9) * GST_SECOND);
}

/// Whether what a line says goes along with its thing from its time on.
bool moves(const std::string& property, const JsonValue& line) {
  return property == "hints" || (line.has("moves") && line.at("moves").truth());
}

}  // namespace

std::string lines_of_hints(const std::string& text) {
  constexpr std::uint64_t largest = 16 << 20;
  if (text.starts_with('{')) return text;
  const std::string lines = read_file(text, largest);
  if (!g_utf8_validate(lines.data(), static_cast<gssize>(lines.size()), nullptr))
    throw Error(Error::Kind::settings, "is not text in UTF-8; save it as that");
  std::istringstream rest(lines);
  std::size_t number = 0;
  for (std::string line; std::getline(rest, line);) {
    ++number;
    if (const auto first = line.find_first_not_of(" \t\r"); first != line.npos && line[first] != '{')
      throw Error(Error::Kind::settings, "line " + std::to_string(number) +
                                             " is no hint, which is a JSON object in braces on a line of its own");
  }
  return lines;
}

std::string line_of_hint(const std::string& text) {
  const auto refuse = [&] {
    throw Error(Error::Kind::settings,
                "a hint is [TIMEs,]X,Y[,RADIUS]=COLOUR, such as 12.5s,320,180,8=#6b5b3a, where "
                "COLOUR may be 'gray', 'source' for what it came with, or 'neutral' to take the scene's cast away");
  };
  const auto equals = text.rfind('=');
  if (equals == std::string::npos) refuse();
  std::vector<std::string> numbers;
  for (std::size_t at = 0; at <= equals;) {
    const std::size_t comma = std::min(text.find(',', at), equals);
    numbers.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  Json hint;
  hint.object();
  const auto add = [&](const char* key, const std::string& word, std::string_view unit) {
    gchar* end = nullptr;
    const double value = g_ascii_strtod(word.c_str(), &end);
    const std::string_view rest(end);
    if (word.empty() || (rest != unit && !(unit.empty() && rest == "%"))) refuse();
    rest == "%" ? hint.text(key, word) : hint.number(key, value);
  };
  const bool timed = numbers[0].ends_with('s');
  if (timed) add("time", numbers[0], "s");
  const auto places = std::span(numbers).subspan(timed ? 1 : 0);
  if (places.size() < 2 || places.size() > 3) refuse();
  add("x", places[0], "");
  add("y", places[1], "");
  if (places.size() == 3) add("radius", places[2], "");
  const std::string colour = text.substr(equals + 1);
  colour == "neutral" ? hint.text("kind", colour) : hint.text("colour", colour);
  return hint.end_object().line();
}

void add_lines(const std::string& property, const std::string& lines, Properties& given) {
  const auto found = std::ranges::find(given, property, &Properties::value_type::first);
  if (found == given.end())
    given.emplace_back(property, lines);
  else
    found->second += "\n" + lines;
}

std::vector<HintLine> hints_of(const Properties& properties) {
  std::vector<HintLine> hints;
  for_each_line(properties,
                [&](const std::string& name, const std::string& line, const std::optional<JsonValue>& said) {
                  if (said && name == "hints") hints.push_back({line, time_of(*said, "time"), !said->has("x")});
                });
  return hints;
}

std::vector<std::int64_t> times_of_regions(const Properties& properties) {
  std::vector<std::int64_t> times;
  for_each_line(properties, [&](const std::string& name, const std::string&, const std::optional<JsonValue>& said) {
    if (!said || name == "hints" || !moves(name, *said)) return;
    if (const auto time = time_of(*said, "time")) times.push_back(*time);
  });
  return times;
}

std::string rewritten(const std::string& line, const std::string& other) {
  const JsonValue hint = JsonValue::parse(line);
  const JsonValue values = JsonValue::parse(other);
  std::string text;
  const auto add = [&](const std::string& key, const JsonValue& value) {
    text += (text.empty() ? "{\"" : ",\"") + key + "\":" + value.written();
  };
  for (const std::string& key : values.keys()) add(key, values.at(key));
  for (const std::string& key : hint.keys())
    if (key != "time" && key != "end" && !values.has(key)) add(key, hint.at(key));
  return text + "}";
}

std::string hint_from(const std::string& line, std::int64_t time) {
  constexpr double rounding = 0.0005;  // s: the frame of that time has to be it or later
  const double seconds = std::max(0.0, static_cast<double>(time) / GST_SECOND - rounding);
  return rewritten(line, Json().object().number("time", seconds).end_object().line());
}

std::string hint_elsewhere(const std::string& line, std::int64_t time, double x, double y) {
  return hint_from(rewritten(line, Json().object().number("x", x).number("y", y).end_object().line()), time);
}

Properties with_hints_at(const Properties& properties, std::int64_t time) {
  constexpr std::int64_t near = GST_SECOND / 2;  // before it: where its thing is later is not known here
  Properties result = properties;
  std::erase_if(result, [](const auto& property) { return is_lines(property.first); });
  for_each_line(properties, [&](const std::string& name, const std::string& line,
                                const std::optional<JsonValue>& said) {
    const auto placed = said ? time_of(*said, "time") : std::nullopt, end = said ? time_of(*said, "end") : std::nullopt;
    if (!placed && !end) {
      add_lines(name, line, result);
      return;
    }
    if ((end && time >= *end) || (placed && (*placed > time || (moves(name, *said) && time - *placed >= near)))) return;
    add_lines(name, rewritten(line, "{}"), result);
  });
  return result;
}

}  // namespace colorize::command
