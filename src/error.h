// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace colorize {

/// The one exception of the engine: what went wrong, where (file, tensor or key) and what to do about it.
class Error : public std::runtime_error {
 public:
  enum class Kind {
    not_found,  ///< a file that is not there or cannot be read
    settings,   ///< a setting or a sidecar that asks for what cannot be
    network,    ///< the inference library refuses the network
  };

  Error(Kind kind, const std::string& message) : std::runtime_error(message), kind(kind) {}

  Kind kind;
};

}  // namespace colorize
