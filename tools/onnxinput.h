// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <opencv2/core.hpp>
#include <string_view>

namespace colorize {

/// The size of the picture, 1 x 3 x height x width, that an ONNX network declares as its input; empty where it declares
/// none or leaves it open. OpenCV knows it and does not tell.
cv::Size onnx_picture_size(std::string_view model);

}  // namespace colorize
