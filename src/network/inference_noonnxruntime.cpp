// SPDX-License-Identifier: LGPL-2.1-or-later
#include "inference.h"

namespace colorize::inference {

std::string onnxruntime::library() { return {}; }

std::shared_ptr<const Loaded> onnxruntime::load_onnx(const std::string&, int) {
  throw Refusal("ONNX Runtime is not built in");
}

}  // namespace colorize::inference
