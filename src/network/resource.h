// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace colorize {

/// What is compiled in (GResources) under a path, where there is something.
std::optional<std::string> resource(const std::string& path);

/// The names of what lies below a path, in the order of the alphabet.
std::vector<std::string> resources_in(const std::string& path);

}  // namespace colorize
