// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace colorize {

/// What the user has set, for one frame.
struct Settings {
  double saturation = 1;   ///< factor of chroma, 0..2
  double hue_shift = 0;    ///< degrees, -180..180, from red towards yellow
  double strength = 1;     ///< 0: the picture as it came, 1: full colour
  int inference_size = 0;  ///< long side in pixels of what the network sees; 0: what it likes best

  bool operator==(const Settings&) const = default;
};

}  // namespace colorize
