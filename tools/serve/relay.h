// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <libsoup/soup.h>

#include <filesystem>
#include <string>

namespace colorize::command {

/// Between a page and a viewer of its own (viewer.h), which begins with the message `open` and ends with the
/// connection. What the page says goes to it line by line where it is a wish that a page may have; what it says goes to
/// the page as it is. Lives as long as the connection. `references`: the folder of pictures that say the colours of
/// what is shown, which are there or not; no page names them.
void relay(SoupWebsocketConnection* connection, const std::string& open, const std::filesystem::path& references);

}  // namespace colorize::command
