// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "choices.h"
#include "network.h"

namespace colorize::command {

/// The library that runs the network that the properties ask for, here and now.
struct RunBy {
  Engine engine;           ///< never automatic
  bool is_chosen = false;  ///< by the properties
  std::string library;     ///< and its version
};

/// Throws Failure or Error.
RunBy run_by(const Properties& properties);

}  // namespace colorize::command
