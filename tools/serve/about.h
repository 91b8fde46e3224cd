// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "common/json.h"

namespace colorize::command {

/// Adds what can be set: the element's properties and the command's options on pictures, each with its sentence and
/// what it takes; and the cameras of the machine.
void describe(Json& json);

/// May the page set this? A network is chosen by its name alone, never by a path.
bool is_property(const std::string& name, const std::string& value);

/// An option of the command line and its value, which is empty where it takes none.
using GivenOption = std::pair<std::string, std::string>;

/// What says the same on the command line; nothing where it is so anyway. Throws Refusal for what a page may not give.
std::optional<GivenOption> option_for_property(const std::string& name, const std::string& value);
std::optional<GivenOption> option_for(const std::string& name, const std::string& value);

bool is_camera(const std::string& device);

}  // namespace colorize::command
