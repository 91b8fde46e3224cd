// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <string>

namespace colorize::command {

/// Prepares a decodebin for a film's pictures as Source has them, which are `sought` or read from the film's start.
/// `decodes`, which outlives it, is told the name of the decoder.
void set_up_decodebin(GstElement* decodebin, bool sought, const std::function<void(const std::string&)>& decodes);

}  // namespace colorize::command
