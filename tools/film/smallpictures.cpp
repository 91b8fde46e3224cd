// SPDX-License-Identifier: LGPL-2.1-or-later
#include "smallpictures.h"

#include <sstream>

#include "common/failure.h"
#include "common/words.h"
#include "libavencoder.h"

namespace colorize::command {

const Encoder& encoder_for_sides(const Encoder& chosen, const Container& container, const std::string& codec, int width,
                                 int height) {
  const auto [least_width, least_height] = least_sides(chosen.element);
  if (width <= 0 || height <= 0) return chosen;  // nobody knows
  if (width >= least_width && height >= least_height) return chosen;
  std::istringstream names(codec.empty() ? container.codecs : "");
  for (std::string name; names >> name;) {
    const Encoder& other = encoder_for(container, name);
    const auto [width_there, height_there] = least_sides(other.element);
    if (width >= width_there && height >= height_there) return other;
  }
  throw Failure("its pictures of " + sides(width, height) + " are too small for " + chosen.codec +
                ", which begins at " + sides(least_width, least_height) + "; --codec prores takes them");
}

}  // namespace colorize::command
