// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "common/json.h"

namespace colorize::command {

/// Adds what can be set: the element's properties and the command's options on pictures, each with its sentence and
/// what it takes; and the cameras of the machine.
void describe(Json& json);

/// May the page set this? A network is chosen by its name alone, never by a path.
bool is_property(const std::string& name, const std::string& value);
bool is_option(const std::string& name);
bool is_camera(const std::string& device);

}  // namespace colorize::command
