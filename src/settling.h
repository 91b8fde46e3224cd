// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>

#include "ab.h"

namespace colorize {

/// An answer about the frame at hand, and how it counts.
struct AnswerInPlace {
  const Ab& said;         ///< what the network says
  const Ab& last;         ///< what it said last, at its place in the frame of this one
  const cv::Mat& trust;   ///< CV_32F 0..1, of the motion from there
  const cv::Mat& like;    ///< CV_32F 0..1: whether each place looks as it did there
  const cv::Mat& weight;  ///< CV_32F 0..1, how far it counts; empty: it does whole
  float frames;           ///< that it is for
  float least, most;      ///< share of what is known that it replaces
  float settled;          ///< frames that make a colour: the share falls by their number up to it, then by its square
};

/// Mixes an answer into what is `known`, of which `count` (CV_32F) is for how many frames it is the mean of answers.
/// All processors give the same.
void settle(const AnswerInPlace& answer, Ab& known, cv::Mat& count);

}  // namespace colorize
