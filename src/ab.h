// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <utility>

namespace colorize {

/// The colour of a picture without its lightness: planes of a* and b*, CV_32F, of one size. A copy has planes of its
/// own, unlike one of cv::Mat; assigning to one that has planes of that size allocates nothing.
struct Ab {
  cv::Mat a, b;

  Ab() = default;

  /// The planes themselves, shared with whoever has them.
  Ab(cv::Mat a_plane, cv::Mat b_plane) : a(std::move(a_plane)), b(std::move(b_plane)) {}

  Ab(const Ab& other) : a(other.a.clone()), b(other.b.clone()) {}
  Ab& operator=(const Ab& other) {
    other.a.copyTo(a);
    other.b.copyTo(b);
    return *this;
  }
  Ab(Ab&&) noexcept = default;
  Ab& operator=(Ab&&) noexcept = default;
  ~Ab() = default;

  cv::Size size() const { return a.size(); }
  bool empty() const { return a.empty(); }
};

}  // namespace colorize
