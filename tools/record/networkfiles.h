// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace colorize::command {

/// Where networks that are compiled in lie: the address of a GResource, without its scheme.
inline constexpr const char* compiled_in_networks = "/colorize/models/";

/// What a network is read from.
struct NetworkFiles {
  std::string name;                               ///< what its sidecar calls it
  std::vector<std::string> resources = {};        ///< of one that is compiled in
  std::vector<std::filesystem::path> files = {};  ///< of one that is not
};

/// Those of the network that find_model() finds by this name or path. Throws Error.
NetworkFiles network_files(const std::string& name_or_path);

}  // namespace colorize::command
