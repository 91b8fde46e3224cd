// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace colorize::command {

/// The text of a sidecar for an ONNX network that has none, as far as its graph tells and what comes out when it is
/// run: what it takes and gives by the channels of its tensors, its size, and what the sides must be divisible by. What
/// stands behind "Check:" in it is a guess. `origin` names the network in messages. Throws Failure or Error where it
/// is of no kind that a sidecar can say, or does not run.
std::string draft_sidecar(const std::string& onnx, const std::string& name, const std::string& origin);

}  // namespace colorize::command
