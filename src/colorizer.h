// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "chroma.h"
#include "frame.h"
#include "lightness.h"
#include "network.h"
#include "settings.h"

namespace colorize {

/// Colorizes pictures of one layout, size and colour space, in place.
class Colorizer {
 public:
  /// `network` must outlive this. `like` shows layout, size and colour space; its memory is not looked at.
  Colorizer(Network& network, const Frame& like) : network_(network), chroma_(like) {}

  /// Throws Error where the network does not work at the size that is set.
  void process(const Frame& frame, const Settings& settings);

 private:
  Network& network_;
  Lightness lightness_;
  Chroma chroma_;
  cv::Mat tone_;
  Ab ab_, adjusted_;
};

}  // namespace colorize
