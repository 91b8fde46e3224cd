// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "placedhint.h"

namespace colorize {

/// A part of the picture that a person names.
struct Region {
  struct Corner {
    PlacedHint::Length x{}, y{};  ///< from the left upper corner

    bool operator==(const Corner&) const = default;
  };

  std::vector<Corner> polygon{};  ///< by the even-odd rule; with fewer than three corners nothing lies in it
  /// Instead of a polygon: CV_8U, stretched over the picture; 255 lies in the region.
  std::shared_ptr<const cv::Mat> mask{};
  /// Instead of both: what a detector says of each frame, of this type, or of any where it is empty. Whoever has the
  /// frame puts polygons in its place.
  std::optional<std::string> detected{};
  PlacedHint::Length soft{};     ///< width of the edge, which lies where there is colour; of the width, as a share
  std::optional<double> time{};  ///< seconds of the stream from which on it holds; none: always
  std::optional<double> end{};   ///< and up to which
  bool moves = false;            ///< with what lies in it, from `time`, or each shot's first frame, to the shot's end

  bool operator==(const Region&) const = default;
};

/// Shared by all who have the same ones; null: none.
using Regions = std::shared_ptr<const std::vector<Region>>;

}  // namespace colorize
