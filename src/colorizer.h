// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "chroma.h"
#include "colourpresence.h"
#include "frame.h"
#include "lightness.h"
#include "memory.h"
#include "network.h"
#include "ownchroma.h"
#include "refinement.h"
#include "settings.h"

namespace colorize {

/// What became of a picture.
struct Processed {
  bool cut = false;       ///< it begins another shot
  bool coloured = false;  ///< colours that were predicted are in it
};

/// Colorizes pictures of one layout, size and colour space, in place.
class Colorizer {
 public:
  /// `network` must outlive this. `like` shows layout, size and colour space; its memory is not looked at.
  Colorizer(Network& network, const Frame& like) : network_(network), chroma_(like) {}

  /// Pictures are taken to follow each other until `forget` is called. Throws Error where the network does not work at
  /// the size that is set.
  Processed process(const Frame& frame, const Settings& settings);

  /// The next picture has nothing to do with the last one.
  void forget() { memory_.forget(), shot_colour_.forget(); }

 private:
  bool has_own_colour(const Frame& frame, const cv::Mat& lightness, bool cut);

  Network& network_;
  Lightness lightness_;
  Chroma chroma_;
  Memory memory_;
  Refinement refinement_;
  OwnChroma own_chroma_;
  ShotColour shot_colour_;
  cv::Mat tone_, coarse_lightness_;
  GuidedAb coarse_;
  Ab predicted_, ab_, adjusted_;
  int since_prediction_ = 0;
};

}  // namespace colorize
