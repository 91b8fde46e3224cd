// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "file.h"

namespace colorize {

/// A tensor that an ONNX graph takes or gives: batch, channels, height, width mostly; -1 where the file leaves a dim
/// open.
struct OnnxTensor {
  std::string name;
  std::vector<int> dims;
};

/// What an ONNX file says of its graph and OpenCV does not tell (onnx.proto 3: ModelProto, GraphProto, ValueInfoProto).
struct OnnxGraph {
  std::vector<OnnxTensor> inputs = {};  ///< without those that have their values in the file
  std::vector<OnnxTensor> outputs = {};
  /// Whether each node gives its neighbours, channels or factor alone what it must know of the picture's size, so that
  /// a network that was imported at one size is right at any other. What reshapes (attention) does not.
  bool follows_size = false;
  /// Whether it has a product of two matrices neither of which is in the file, as in attention.
  bool multiplies_computed = false;

  /// Never fails: bytes that are no such file have no inputs.
  static OnnxGraph read(std::string_view model);
};

/// The file with numbers where `inputs` has them and its own input of that name leaves a dim open. OpenCV 4.7 to 4.12
/// take an open dim for 1 when they import, and what they compute of it is wrong, or they refuse the network.
std::string with_input_dims(std::string_view model, const std::vector<OnnxTensor>& inputs);

/// Whether a file has weights that lie in others beside it, as large ones have and all that PyTorch 2.9 and later
/// writes.
bool has_data_elsewhere(std::string_view model);

/// Where these lie, as the file says it, each once.
std::vector<std::string> data_elsewhere(std::string_view model);

/// The same file with the weights in it that lie elsewhere; `read` gives them. Throws Error (network) without a file's
/// name where it does not say where they lie.
std::string with_data(std::string_view model,
                      const std::function<std::string(const std::string& location, const Part& part)>& read);

}  // namespace colorize
