// SPDX-License-Identifier: LGPL-2.1-or-later
#include <opencv2/core/utils/logger.hpp>

#include "error.h"
#include "fuzz.h"
#include "network.h"

using colorize::Ab, colorize::Error, colorize::Model, colorize::ModelInfo, colorize::Network;

/// OpenCV loses a few bytes where it throws.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

static constexpr const char* sidecar =
    "[modelinfo]\nversion=1.0\n[lightness]\nid=in\ntype=float32\ndims=-1,1,-1,-1\ndir=input\nranges=0,100\n"
    "[ab]\nid=out\ntype=float32\ndims=-1,2,-1,-1\ndir=output\nranges=-128,128\n"
    "[colorize]\ninput=lightness\noutput=ab\nsize=64\nmultiple=4\n";

/// An ONNX network of any kind beside a good sidecar: it is refused in words, or it works.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  static const ModelInfo info = ModelInfo::parse(sidecar, "input.onnx.modelinfo", {});
  accepts<Error>([&] {
    Network network(Model{"input.onnx", info, std::string(bytes_in(data, size)), {}});
    Ab ab;
    network.predict(cv::Mat(48, 80, CV_32F, cv::Scalar(50)), ab);
    must(ab.a.size() == ab.b.size() && !ab.a.empty(), "both planes are there");
  });
  return 0;
}
