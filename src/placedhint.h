// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace colorize {

/// What a person says of the colour of a place, or of a whole scene.
struct PlacedHint {
  /// In pixels of the picture, or as a share of its side.
  struct Length {
    double value = 0;
    bool share = false;

    double of(double side) const { return share ? value * side : value; }
    bool operator==(const Length&) const = default;
  };
  enum class Kind {
    colour,   ///< this has that colour
    source,   ///< this had the colour that the picture came with
    neutral,  ///< this was gray: what it shows is the scene's cast, which goes from the whole of it
    scene,    ///< the scene is so much warmer, wherever no other hint holds; has no place
  };

  std::optional<double> time{};  ///< seconds of the stream; none: from the first frame of every shot on
  Length x{}, y{};               ///< from the left upper corner
  Length radius{};               ///< of the width, where it is a share
  std::array<float, 2> ab{};     ///< a*, b* of a colour; tint and warmth of a scene
  Kind kind = Kind::colour;

  bool operator==(const PlacedHint&) const = default;
};

/// Shared by all who have the same ones; null: none.
using PlacedHints = std::shared_ptr<const std::vector<PlacedHint>>;

}  // namespace colorize
