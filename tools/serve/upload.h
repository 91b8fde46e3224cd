// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <filesystem>

namespace colorize::command {

/// Takes the body of a request to come into a file in `folder` as it arrives. Nothing is left of what does not come
/// whole. Throws Refusal where it would be more than `limit` bytes, or than there is room for.
void receive(SoupServerMessage* message, const std::filesystem::path& folder, const char* name, std::uint64_t limit);

/// When the body is there: gives the file its name, or a free one like it, and answers with that. Returns false where
/// the request is no upload.
bool finish_upload(SoupServerMessage* message);

}  // namespace colorize::command
