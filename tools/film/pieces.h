// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "common/pipeline.h"
#include "encoders.h"

namespace colorize::command {

/// Adds to a pipeline what reads the pieces that a pattern names, in their names' order, as one stream. Returns the
/// last element. The running times of the pictures are added to `times`, which has to live as long.
GstElement* add_pieces(GstElement* pipeline, const std::filesystem::path& pattern, const Encoder& encoder,
                       std::vector<std::int64_t>& times);

}  // namespace colorize::command
