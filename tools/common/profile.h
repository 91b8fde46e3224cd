// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace colorize::command {

/// Options of the command that stand in a file, for a purpose.
struct Profile {
  std::filesystem::path file;
  std::vector<std::pair<std::string, std::string>> options;  ///< names without dashes, and values
};

/// The one that --profile names on the command line; nothing where there is none. Throws UsageError.
std::optional<Profile> profile_in(int argc, char** argv);

/// Those of which the name is enough, sorted.
std::vector<std::string> profile_names();

/// What is wrong with a command line, and that it is the profile which says so where it does.
std::string blamed(const std::string& fault, const Profile& profile, int argc, char** argv);

}  // namespace colorize::command
