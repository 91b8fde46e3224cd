// SPDX-License-Identifier: LGPL-2.1-or-later
#include "suggestion.h"

#include <algorithm>

namespace colorize::command {

namespace {

/// Optimal string alignment: each place is changed once at most.
std::size_t distance(const std::string& one, const std::string& other) {
  std::vector<std::vector<std::size_t>> rows(one.size() + 1, std::vector<std::size_t>(other.size() + 1));
  for (std::size_t i = 0; i <= one.size(); ++i)
    for (std::size_t j = 0; j <= other.size(); ++j) {
      if (i == 0 || j == 0) {
        rows[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = rows[i - 1][j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1);
      rows[i][j] = std::min({replaced, rows[i - 1][j] + 1, rows[i][j - 1] + 1});
      if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
        rows[i][j] = std::min(rows[i][j], rows[i - 2][j - 2] + 1);
    }
  return rows.back().back();
}

}  // namespace

std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& known) {
  constexpr std::size_t longest = 64;  // of a word that is a slip of a hand
  std::optional<std::string> found;
  std::size_t least = word.size() > longest ? 0 : word.size() / 3 + 1;
  for (const std::string& candidate : known)
    if (const std::size_t steps = distance(word.substr(0, longest), candidate); steps < least) {
      least = steps;
      found = candidate;
    }
  return found;
}

}  // namespace colorize::command
