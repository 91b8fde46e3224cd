// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>

#include "common/pipeline.h"
#include "encoders.h"
#include "frametimes.h"

namespace colorize::command {

/// Adds to a pipeline what reads the pieces that a pattern names, in their names' order, as one stream. Returns the
/// last element. What they are like is added to `joined`, which has to live as long.
GstElement* add_pieces(GstElement* pipeline, const std::filesystem::path& pattern, const Encoder& encoder,
                       JoinedPictures& joined);

}  // namespace colorize::command
