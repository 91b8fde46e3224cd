// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <vector>

namespace colorize {

/// An array of NumPy's .npy format (version 1 or 2, C order, '<f4', '<f8', '<i4' or '<i8'), its values as float.
struct NumpyArray {
  std::vector<int> shape;
  std::vector<float> values;

  /// Throws Error that names the file.
  static NumpyArray load(const std::filesystem::path& path);
};

}  // namespace colorize
