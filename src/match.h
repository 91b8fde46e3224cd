// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

namespace colorize {

/// What a picture looks like around each of its cells, by which its things are found in other pictures.
struct Look {
  static constexpr int cell = 8;  ///< pixels

  cv::Mat rows;    ///< CV_16S, a row a cell
  cv::Size cells;  ///< cell i lies at i % width, i / width
  cv::Size size;   ///< pixels
};

/// `lightness`: CV_32F, L*, of at least two cells a side. Histograms of gradients (Lowe 2004; Dalal and Triggs 2005) in
/// 4 x 4 fields of two sizes, and the lightness itself.
Look look_of(const cv::Mat& lightness);

/// Where the things of one picture are in another one.
struct Match {
  double share = 0;  ///< 0..1 of its cells of which that is sure
  double way = 0;    ///< pixels, mean, from where these are to where they are there
  cv::Mat sure;      ///< CV_32F 0..1, for each pixel how sure it is near there
  cv::Mat origin;    ///< CV_32FC2, x and y in the other picture, to some pixels; between sure cells by those
};

/// Finds the things of `now` in `other`. It is sure of what is found back from there, and whose neighbours are found
/// beside it, with some cells more. `sure` and `origin` are empty where it is sure of nothing.
Match match(const Look& now, const Look& other);

}  // namespace colorize
