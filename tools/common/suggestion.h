// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace colorize::command {

/// The one of `known` that a word was most likely meant to be: so near that no more than a third of its letters are
/// wrong, by Damerau's and Levenshtein's distance (letters put in, left out, replaced, or two that changed places).
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& known);

}  // namespace colorize::command
