// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fuzz.h"
#include "onnx.h"

using colorize::OnnxGraph, colorize::OnnxTensor, colorize::with_input_dims;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int side = 300;
  const std::string_view model = bytes_in(data, size);
  const auto inputs = OnnxGraph::read(model).inputs;
  std::vector<OnnxTensor> wanted;
  for (const auto& input : inputs) wanted.push_back({input.name, std::vector<int>(size, side)});
  const auto sized = OnnxGraph::read(with_input_dims(model, wanted)).inputs;
  must(sized.size() == inputs.size(), "the inputs are the same");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    must(sized[i].name == inputs[i].name && sized[i].dims.size() == inputs[i].dims.size(), "an input is the same");
    for (std::size_t d = 0; d < inputs[i].dims.size(); ++d)
      must(sized[i].dims[d] == (inputs[i].dims[d] > 0 ? inputs[i].dims[d] : side), "open dims have got their number");
  }
  return 0;
}
