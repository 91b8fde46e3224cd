// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

namespace colorize {

/// Caffe's structure of a network up to the last layer that gives the tensor `output`, without comments; empty where
/// none does. What comes after it is not wanted and may not even run: OpenCV prepares every layer, and the published
/// structures end in layers whose weights are not in the .caffemodel.
std::string prototxt_until(const std::string& text, const std::string& output);

}  // namespace colorize
