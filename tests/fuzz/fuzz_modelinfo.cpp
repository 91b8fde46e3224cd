// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>

#include "error.h"
#include "fuzz.h"
#include "modelinfo.h"

using colorize::Error, colorize::ModelInfo, colorize::TensorInfo;

static void check(const TensorInfo& tensor) {
  must(tensor.dims.size() == 4 && tensor.channels() > 0, "a tensor has four dims, and channels");
  must(tensor.ranges.empty() || tensor.ranges.size() == static_cast<std::size_t>(tensor.channels()),
       "a channel has a range, or none has");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::filesystem::path folder = "/usr";  // is there, so that names meet the file system
  accepts<Error>([&] {
    const auto info = ModelInfo::parse(bytes_in(data, size), "input.onnx.modelinfo", folder);
    std::ranges::for_each(info.inputs, check);
    check(info.output);
    const bool apart = info.hints == ModelInfo::HintInput::mask;
    must(info.inputs.size() == (apart ? 2 : 1) || (apart && info.inputs.size() == 3),
         "inputs are as many as are needed");
    must(info.multiple > 0 && info.size > 0, "sizes are sizes");
    must(!info.fixed_size() || std::ranges::all_of(*info.fixed_size(), [](int side) { return side > 0; }),
         "fixed sizes are sizes");
    must(!info.centres || info.centres->string().starts_with(folder.string()), "files lie in the sidecar's folder");
    must(info.temperature > 0 && std::ranges::all_of(info.deviation, [](float d) { return d > 0; }),
         "divisors are greater than 0");
  });
  return 0;
}
