// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "encoders.h"

namespace colorize::command {

/// `chosen`, or, where it takes no such small pictures, the container's next encoder that does, unless the user asked
/// for this `codec`. Throws Failure where there is none.
const Encoder& encoder_for_sides(const Encoder& chosen, const Container& container, const std::string& codec, int width,
                                 int height);

}  // namespace colorize::command
