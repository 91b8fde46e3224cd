// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace colorize::command {

// Numbers, times and names as people read them.

/// With so many digits after the point, which is one in every language: browsers read it too. A dash for not a number.
std::string fixed(double value, int digits);

/// The same as the user's language writes it.
std::string decimal(double value, int digits);

/// With no more digits than it needs, as the user's language writes it.
std::string brief(double value);

/// A share in whole hundredths: "12 %".
std::string percent(double share);

/// Of nanoseconds: "12.3 s", as the user's language writes it.
std::string seconds(std::int64_t time);

/// Of seconds: 0:07, 12:34, 1:02:03.
std::string clock_time(double seconds);

/// The same the other way, in nanoseconds: 90, 1:30, 0:01:30.5. Nothing for what is none, less than 0 or of more than
/// some years.
std::optional<std::int64_t> time_of(const std::string& clock_time);

/// The moment, as ISO 8601 has it: "2026-11-30T12:34:56Z".
std::string moment_now();

/// Of nanoseconds, to the thousandth, for names of files: 1h02m03s, 1m30.5s.
std::string time_in_name(std::int64_t time);

/// "1920x1080"
std::string sides(std::integral auto width, std::integral auto height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

/// "1 frame", "2 frames"
std::string counted(std::uint64_t count, const char* thing);

/// "one, other, third"
std::string listed(const std::vector<std::string>& words);

/// Text as HTML and XML hold it. What is no UTF-8, as in a file's name, is replaced.
std::string escaped(const std::string& text);

}  // namespace colorize::command
