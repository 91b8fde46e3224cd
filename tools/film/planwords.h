// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "plan.h"

namespace colorize::command {

/// How a film is made, in a line for people: its pictures, their encoder, how many pieces, and by which versions.
std::string in_words(const FilmPlan& plan);

}  // namespace colorize::command
