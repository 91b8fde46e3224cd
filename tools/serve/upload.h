// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <filesystem>

namespace colorize::command {

/// Takes the body of a request to come into a file in `folder`, called `name` or by a free name like it, as it arrives,
/// and answers with the name. Nothing is left of what does not come whole. Throws Refusal where it would be more than
/// `limit` bytes, or than there is room for.
void receive(SoupServerMessage* message, const std::filesystem::path& folder, const char* name, std::uint64_t limit);

}  // namespace colorize::command
