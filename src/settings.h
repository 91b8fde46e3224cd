// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "colourreference.h"
#include "palette.h"
#include "placedhint.h"
#include "region.h"

namespace colorize {

/// What the user has set, for one frame.
struct Settings {
  double saturation = 1;   ///< factor of chroma, 0..2
  double hue_shift = 0;    ///< degrees, -180..180, from red towards yellow
  double warmth = 0;       ///< added to b* where no hint holds, -50..50; a hint may say another one of a scene
  double tint = 0;         ///< added to a*, likewise
  double strength = 1;     ///< 0: the picture as it came, 1: full colour
  int inference_size = 0;  ///< long side in pixels of what the network sees; 0: what it likes best

  int inference_interval = 1;     ///< the network runs on every so many-th frame
  double stability = 0.65;        ///< 0: each frame for itself, 1: as steady as it gets
  bool own_reference = true;      ///< a thing keeps the colour that it came to have in its shot, see OwnReference
  double scene_threshold = 0.45;  ///< 0..1, see CutDetector
  bool report_cuts = false;       ///< look for cuts even where no memory needs them
  bool keep_colour = false;       ///< leave shots alone that have colour, see ShotColour
  bool async = false;             ///< the network runs beside the frames, which do not wait for it
  bool late = false;              ///< this frame is: the network is left out where memory has its colour

  PlacedHints hints{};  ///< what is known of the colour of places

  SharedPalette palette{};  ///< what colours are led to where no hint holds
  bool skin_guard = false;  ///< keep skin in the colours that it has where no hint holds

  Regions region{};   ///< colour goes only there, where any of these holds
  Regions exclude{};  ///< and not there

  References references{};       ///< pictures whose colours the film takes where it shows the same
  bool show_confidence = false;  ///< in the place of the colour: green where references and hints say it, else gray

  bool operator==(const Settings&) const = default;
};

}  // namespace colorize
