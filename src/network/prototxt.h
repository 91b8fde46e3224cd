// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace colorize {

/// Caffe's structure of a network up to the last layer that gives the tensor `output`, without comments; empty where
/// none does. What comes after it is not wanted and may not even run: OpenCV prepares every layer, and the published
/// structures end in layers whose weights are not in the .caffemodel.
std::string prototxt_until(const std::string& text, const std::string& output);

/// Why a structure is not given to OpenCV, which would divide by zero, or go a call deeper for each message in another
/// one; empty where nothing is wrong.
std::string flaw_of_prototxt(std::string_view text);

}  // namespace colorize
