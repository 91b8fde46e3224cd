// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <span>
#include <stop_token>
#include <vector>

#include "common/progress.h"
#include "encoders.h"

namespace colorize::command {

/// Encoders by the machine's graphics hardware, the best of a codec first. They may be installed where that is missing.
std::span<const Encoder> hardware_encoders();

/// The first of them for the codec of `software` that works here, or else `software` itself. A process of its own has
/// each encode some pictures, once for all films of this one. Remarks on those that do not work.
const Encoder& by_hardware(const Encoder& software, std::vector<Remark>& remarks);

/// That subcommand, `--try-encoder ELEMENT`. Returns an exit status; throws UsageError or Interrupted.
int try_encoder(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
