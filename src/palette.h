// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <opencv2/core.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ab.h"

namespace colorize {

/// Leads colours towards those that a person names. What becomes of a colour follows from its hue alone, and grows with
/// its chroma: gray stays gray, and what differs in chroma goes on to.
class Palette {
 public:
  /// `text`: entries with commas between, each with `*` and a strength 0..1 after it, or with 1 for a hue map and 0.7
  /// for all else:
  /// - `#rrggbb`: colours are led to the nearest ones of these, by hue;
  /// - `FROM->TO`: a hue map. `FROM` is the name of a hue or a range of degrees in the a*b* plane (`200..260`), `TO` a
  ///   colour, the name of a hue or degrees;
  /// - the name of a stock, see `names`.
  /// Hue maps come first, whatever the order. Throws Error (settings) that says what is wrong and what is allowed.
  static Palette parse(std::string_view text);

  /// Of the stocks that are built in, by the films that they look like.
  static std::vector<std::string> names();

  /// Changes `ab`, CV_32F, but for the share `held` (CV_32F 0..1 of that size, or empty) of each pixel.
  void apply(const cv::Mat& held, Ab& ab) const;

 private:
  static constexpr std::size_t hues = 360;
  std::array<cv::Vec2f, hues + 1> turned_{};  // what a chroma of 1 at each degree of hue becomes; the last is the first
};

/// Shared by all who have the same one; null: none.
using SharedPalette = std::shared_ptr<const Palette>;

}  // namespace colorize
