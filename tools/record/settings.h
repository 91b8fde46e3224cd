// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "common/choices.h"
#include "common/json.h"
#include "common/made.h"

namespace colorize::command {

/// The network that the properties ask for, by its name or path.
std::string model_of(const Properties& properties);

/// All that the user can set and that a result depends on, as it was: `settings` of a record.
void add_settings(Json& json, const Choices& choices, const Made& made);

/// What the result was made with: `versions` of a record.
void add_versions(Json& json, const Choices& choices, const Made& made);

}  // namespace colorize::command
