// SPDX-License-Identifier: LGPL-2.1-or-later
//
//   write_sized NETWORK.onnx HEIGHT WIDTH OUT.onnx
//
// Writes what is imported of a network for a picture of that size.
#include <cstdlib>
#include <fstream>

#include "model.h"
#include "network.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const auto model = colorize::find_model(argv[1]);
  std::ofstream(argv[4], std::ios::binary) << colorize::with_input_dims(
      model.weights, colorize::inputs_for({std::atoi(argv[3]), std::atoi(argv[2])}, model.info));
}
