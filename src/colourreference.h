// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace colorize {

/// A picture in colour by which a film is coloured: one of its own frames, or a photograph of the same thing.
struct Reference {
  static constexpr int longest_side = 512;    ///< pixels; nothing finer is looked at
  static constexpr double longest_hold = 60;  ///< seconds before and after its moment, over which a shot may last

  cv::Mat rgb;                   ///< CV_8UC3, R'G'B' of sRGB, no side longer than `longest_side`
  cv::Mat says{};                ///< CV_8U, of the same size: how far it says something there; empty: everywhere
  std::optional<double> time{};  ///< seconds of the stream: it is of that moment; none: it may be of any
  /// The part of the stream, from and to seconds of it, in which alone it holds; none: it may hold anywhere.
  std::optional<std::pair<double, double>> part{};
};

/// Shared by all who have the same ones; null: none.
using References = std::shared_ptr<const std::vector<Reference>>;

/// The moment that the name of a file (without its folder) begins with, in seconds: `12.5s.png`, or hours, minutes and
/// seconds with colons, dashes or underscores between, `00-01-02.5.png`. Nothing where it begins with none.
std::optional<double> time_of_name(std::string_view name);

/// The part of the film that such a name goes on with, from and to seconds: `12.5s_10s_20.25s.png`. Nothing where it
/// does not.
std::optional<std::pair<double, double>> part_of_name(std::string_view name);

}  // namespace colorize
