// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "chroma.h"
#include "colourpresence.h"
#include "frame.h"
#include "lightness.h"
#include "memory.h"
#include "network.h"
#include "ownchroma.h"
#include "settings.h"
#include "shot.h"

namespace colorize {

/// What there is to do with a picture.
struct Seen {
  bool cut = false;         ///< it begins another shot
  bool own_colour = false;  ///< its shot has colour of its own, which is to be kept: leave it as it is
  bool due = false;         ///< `predict` has to come before `paint`; elsewhere memory has its colour
};

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

  /// One frame's whole way: the three below. Pictures are taken to follow each other until `forget` is called. Throws
  /// Error where the network does not work at the size that is set.
  Processed process(const Frame& frame, const Settings& settings);

  /// Looks at the next picture, which is not changed.
  Seen see(const Frame& frame, const Settings& settings);

  /// Has the network say what colour that picture has; `hints` as Network::predict takes them.
  void predict(const Settings& settings, const Hints& hints = {});

  /// Writes its colour into it.
  void paint(const Frame& frame, const Settings& settings);

  /// The next picture has nothing to do with the last one.
  void forget();

 private:
  bool has_own_colour(const Frame& frame, bool cut);

  Network& network_;
  Lightness lightness_;
  Chroma chroma_;
  Shot shot_;
  Memory memory_;
  OwnChroma own_chroma_;
  ShotColour shot_colour_;
  cv::Mat seen_;  // what the network sees of the last picture: L*, owned by `lightness_`
  cv::Mat coarse_lightness_;
  Ab predicted_, adjusted_;
  int since_prediction_ = 0;  // frames
};

}  // namespace colorize
