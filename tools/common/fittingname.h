// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace colorize::command {

/// `name` and `ending`, in a form that fits where names in a folder, which need not be there yet, may not be so long:
/// then a digest takes the place of the name's end. `spare`: bytes that are added to it now and then.
std::string fitting_name(const std::filesystem::path& folder, const std::string& name, const std::string& ending,
                         std::size_t spare);

}  // namespace colorize::command
