// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace colorize::command {

/// What becomes of an upload when it is whole: answers it, now or later. `part` is there as long as the message; `name`
/// is a name that a file can have, made of the stranger's.
using Taken =
    std::function<void(SoupServerMessage* message, const std::filesystem::path& part, const std::string& name)>;

/// Takes the body of a request to come into a file in `folder` as it arrives. Nothing is left of what does not come
/// whole. Throws Refusal where it would be more than `limit` bytes, or than there is room for.
void receive(SoupServerMessage* message, const std::filesystem::path& folder, const char* name, std::uint64_t limit,
             Taken taken);

/// Gives what came its name in its folder, the first of those with uploads, or a free one like it, and answers with it.
void keep_upload(SoupServerMessage* message, const std::filesystem::path& part, const std::string& name);

/// When the body is there. Returns false where the request is no upload.
bool finish_upload(SoupServerMessage* message);

}  // namespace colorize::command
