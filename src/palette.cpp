// SPDX-License-Identifier: LGPL-2.1-or-later
#include "palette.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "colour.h"
#include "error.h"
#include "excerpt.h"
#include "smoothstep.h"

namespace colorize {

namespace {

/// What stocks look like, as a person would write it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> stocks{{
    // Two dyes, orange red and blue green: leaves are bluish, and all that is yellow or violet is one of them.
    {"technicolor", "95..180->#5c8270,#b4735a*0.85,#588f8c*0.85"},
    // Deep reds, warm yellows and blues without green.
    {"kodachrome", "#c0392b*0.55,#bd7a50*0.5,#c9ac4c*0.4,#5c7a3a*0.5,#2f5f9e*0.6,#7a4a86*0.4"},
    // Soft: brownish reds, olive greens, blues that are a little green.
    {"agfacolor", "#a4604c*0.7,#a88a54*0.65,#6f7c4c*0.65,#5b8585*0.7,#5f7896*0.7"},
    // The cyan dye is gone, and most of the yellow: reds and pinks hold, blues and greens are pale.
    {"faded-eastman", "#b8606a*0.75,#b08468*0.7,#8f8a70*0.75,#8a8088*0.8,#97798f*0.75"},
}};

struct Hue {
  std::string_view name;
  double from, to;  ///< degrees in the a*b* plane; `to` may go on beyond 360
};
constexpr std::array<Hue, 8> named_hues{{{"red", 10, 50},
                                         {"orange", 50, 80},
                                         {"yellow", 80, 115},
                                         {"green", 115, 170},
                                         {"cyan", 170, 230},
                                         {"blue", 230, 310},
                                         {"purple", 310, 340},
                                         {"pink", 340, 370}}};

constexpr double usual_strength = 0.7, usual_map_strength = 1;
constexpr double usual_chroma = 25;   // a colour of a palette is what a predicted one of this chroma is led to
constexpr double most_vivid = 2;      // times as much chroma at most
constexpr double shoulder = 12;       // degrees outside a range in which its map ends
constexpr double kept_spread = 0.35;  // of the differences in hue within a range
constexpr double nearness = 4;        // how much more the nearest colours count than others
constexpr std::size_t most_entries = 100;

using Vector = std::array<double, 2>;

Vector unit(double degrees) {
  const double angle = degrees * std::numbers::pi / 180;
  return {std::cos(angle), std::sin(angle)};
}

/// -180..180.
double turn_between(double from, double to) { return std::remainder(to - from, 360); }

struct Target {
  double hue = 0;                  ///< degrees
  std::optional<double> chroma{};  ///< of a colour, a*b* units; none: as it was
};

struct HueMap {
  Hue from;
  Target to;
  double strength;
};

struct Lead {
  Target to;
  double strength;
};

struct Entries {
  std::vector<HueMap> maps;
  std::vector<Lead> leads;
};

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  return first == text.npos ? std::string_view() : text.substr(first, text.find_last_not_of(blank) - first + 1);
}

[[noreturn]] void refuse(std::string_view entry, const std::string& why) {
  throw Error(Error::Kind::settings, "palette: '" + excerpt(std::string(entry)) + "' " + why);
}

std::string listed_names() {
  std::string all;
  for (const auto& [name, text] : stocks) all += ", " + std::string(name);
  return all.substr(2);
}

std::string listed_hues() {
  std::string all;
  for (const Hue& hue : named_hues) all += ", " + std::string(hue.name);
  return all.substr(2);
}

/// A plain decimal number; std::from_chars of doubles is not in every library yet, and strtod goes by the locale.
std::optional<double> number(std::string_view text) {
  double value = 0, unit = 1;
  bool point = false, digit = false;
  if (text.size() > 12) return std::nullopt;
  for (const char c : text) {
    if (c == '.' && !point) {
      point = true;
    } else if (c >= '0' && c <= '9') {
      digit = true;
      value = 10 * value + (c - '0');
      if (point) unit *= 10;
    } else {
      return std::nullopt;
    }
  }
  return digit ? std::optional(value / unit) : std::nullopt;
}

std::optional<Target> colour_target(std::string_view text) {
  const auto ab = colour::ab_of_code(text);
  if (!ab) return std::nullopt;
  const double hue = std::atan2((*ab)[1], (*ab)[0]) * 180 / std::numbers::pi;
  return Target{hue, std::hypot((*ab)[0], (*ab)[1])};
}

const Hue* hue_of_name(std::string_view text) {
  const auto* const hue = std::ranges::find(named_hues, text, &Hue::name);
  return hue == named_hues.end() ? nullptr : hue;
}

Hue map_from(std::string_view text, std::string_view entry) {
  if (const Hue* hue = hue_of_name(text)) return *hue;
  const auto dots = text.find("..");
  if (dots != text.npos) {
    const auto from = number(trimmed(text.substr(0, dots))), to = number(trimmed(text.substr(dots + 2)));
    if (from && to && *from <= 360 && *to <= 360) return {{}, *from, *to < *from ? *to + 360 : *to};
  }
  refuse(entry,
         "begins with no hue, which is one of " + listed_hues() + ", or degrees from 0 to 360, such as 200..260");
}

Target map_to(std::string_view text, std::string_view entry) {
  if (const auto colour = colour_target(text)) return *colour;
  if (const Hue* hue = hue_of_name(text)) return {(hue->from + hue->to) / 2};
  if (const auto degrees = number(text); degrees && *degrees <= 360) return {*degrees};
  refuse(entry, "leads to no colour, which is #rrggbb, one of " + listed_hues() + ", or degrees from 0 to 360");
}

void read(std::string_view text, double factor, Entries& entries) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string_view entry = trimmed(text.substr(at, comma - at));
    at = comma + 1;
    if (entries.maps.size() + entries.leads.size() >= most_entries)
      throw Error(Error::Kind::settings,
                  "palette: it has more than " + std::to_string(most_entries) + " colours and hue maps");
    const auto star = entry.rfind('*');
    const std::string_view what = trimmed(entry.substr(0, star));
    std::optional<double> strength;
    if (star != entry.npos) {
      strength = number(trimmed(entry.substr(star + 1)));
      if (!strength || *strength > 1) refuse(entry, "has no strength after its '*', which is a number from 0 to 1");
    }
    const auto* const stock = std::ranges::find(stocks, what, &std::pair<std::string_view, std::string_view>::first);
    if (const auto arrow = what.find("->"); arrow != what.npos) {
      entries.maps.push_back({map_from(trimmed(what.substr(0, arrow)), entry),
                              map_to(trimmed(what.substr(arrow + 2)), entry),
                              factor * strength.value_or(usual_map_strength)});
    } else if (const auto colour = colour_target(what)) {
      entries.leads.push_back({*colour, factor * strength.value_or(usual_strength)});
    } else if (stock != stocks.end()) {
      read(stock->second, factor * strength.value_or(1), entries);
    } else {
      refuse(entry, "is neither a colour, #rrggbb, nor a hue map, such as blue->#6b5b3a or 200..260->40, nor one of " +
                        listed_names());
    }
  }
}

/// How much of a hue map holds at a hue.
double share_at(const HueMap& map, double hue) {
  const double half = (map.from.to - map.from.from) / 2;
  const double beyond = std::abs(turn_between(map.from.from + half, hue)) - half;
  return map.strength * smoothstep(1 - beyond / shoulder);
}

Vector between(const Vector& one, const Vector& other, double share) {
  return {one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])};
}

double vividness(const Target& target) {
  return target.chroma ? std::min(*target.chroma / usual_chroma, most_vivid) : 1;
}

Vector turned(const Entries& entries, double hue) {
  Vector now = unit(hue);
  for (const HueMap& map : entries.maps) {
    const double middle = (map.from.from + map.from.to) / 2;
    const Vector to = unit(map.to.hue + kept_spread * turn_between(middle, hue));
    const double chroma = vividness(map.to);
    now = between(now, {chroma * to[0], chroma * to[1]}, share_at(map, hue));
  }
  const double length = std::hypot(now[0], now[1]);
  if (entries.leads.empty() || length == 0) return now;
  double all = 0, strength = 0;
  Vector sum{};
  for (const Lead& lead : entries.leads) {
    const Vector to = unit(lead.to.hue);
    const double chroma = vividness(lead.to);
    const double alike = (now[0] * to[0] + now[1] * to[1]) / length;
    const double weight = std::exp(nearness * (alike - 1));
    all += weight;
    strength += weight * lead.strength;
    for (std::size_t i : {0, 1}) sum[i] += weight * lead.strength * chroma * to[i];
  }
  if (strength == 0) return now;
  return between(now, {length * sum[0] / strength, length * sum[1] / strength}, strength / all);
}

}  // namespace

Palette Palette::parse(std::string_view text) {
  Entries entries;
  read(text, 1, entries);
  Palette palette;
  for (std::size_t degree = 0; degree <= hues; ++degree) {
    const Vector to = turned(entries, static_cast<double>(degree % hues));
    palette.turned_[degree] = {static_cast<float>(to[0]), static_cast<float>(to[1])};
  }
  return palette;
}

std::vector<std::string> Palette::names() {
  std::vector<std::string> all;
  for (const auto& [name, text] : stocks) all.emplace_back(name);
  return all;
}

void Palette::apply(const cv::Mat& held, Ab& ab) const {
  for (int y = 0; y < ab.a.rows; ++y) {
    auto *a = ab.a.ptr<float>(y), *b = ab.b.ptr<float>(y);
    const float* kept = held.empty() ? nullptr : held.ptr<float>(y);
    for (int x = 0; x < ab.a.cols; ++x) {
      const float free = kept ? 1 - kept[x] : 1;
      const float chroma = std::hypot(a[x], b[x]);
      const float hue = std::clamp(cv::fastAtan2(b[x], a[x]), 0.0F, static_cast<float>(hues) - 0.001F);
      const auto before = static_cast<std::size_t>(hue);
      const cv::Vec2f to =
          turned_[before] + (hue - static_cast<float>(before)) * (turned_[before + 1] - turned_[before]);
      a[x] += free * (chroma * to[0] - a[x]);
      b[x] += free * (chroma * to[1] - b[x]);
    }
  }
}

}  // namespace colorize
