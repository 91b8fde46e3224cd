// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evaluation.h"

namespace colorize::command {

/// What an evaluation came to.
struct Findings {
  std::vector<std::pair<std::string, std::string>> settings;  ///< properties of the element that the user gave
  int points = 0;                                             ///< of the truth's colour that were given as hints
  std::vector<Figures> files;
  Gallery gallery;
  bool whole = true;  ///< false: interrupted
};

std::string table_of(const Findings& findings);
std::string json_of(const Findings& findings);

/// A page that needs nothing beside itself.
std::string html_of(const Findings& findings);

}  // namespace colorize::command
