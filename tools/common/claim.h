// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <string>

namespace colorize::command {

/// While its pipeline runs, `comment` becomes what the element `colorize` says of a stream as soon as its colours are
/// predicted, which includes the stream's own comment.
void listen(GstElement* colorize, std::string& comment);

}  // namespace colorize::command
