// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "choices.h"

namespace colorize::command {

/// The lines of regions that an option gives, themselves or as the name of a file, which may be a picture as a mask.
/// Masks' content is in them: what a film was made with must not change with a file. Throws Error.
std::string lines_of_regions(const std::string& text);

}  // namespace colorize::command
