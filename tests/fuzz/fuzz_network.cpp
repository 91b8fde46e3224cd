// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <opencv2/core/utils/logger.hpp>

#include "error.h"
#include "fuzz.h"
#include "network.h"
#include "onnx.h"

using colorize::Ab, colorize::Error, colorize::Model, colorize::ModelInfo, colorize::Network, colorize::OnnxGraph,
    colorize::OnnxTensor, colorize::TensorInfo;

/// OpenCV loses a few bytes where it throws.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }

/// What networks of several kinds take and give, beyond what is the same for all; by the names of their tensors.
static constexpr const char* sidecars[] = {
    "[lightness]\nid=in\ntype=float32\ndims=-1,1,-1,-1\ndir=input\n"
    "[ab]\nid=out\ntype=float32\ndims=-1,2,-1,-1\ndir=output\n[colorize]\ninput=lightness\noutput=ab\n",
    "[lightness]\nid=in\ntype=float32\ndims=-1,1,-1,-1\ndir=input\n"
    "[hints]\nid=ab\ntype=float32\ndims=-1,2,-1,-1\ndir=input\n"
    "[mask]\nid=mask\ntype=float32\ndims=-1,1,-1,-1\ndir=input\n"
    "[ab]\nid=out\ntype=float32\ndims=-1,2,-1,-1\ndir=output\n[colorize]\ninput=lightness\nhints=mask\noutput=ab\n",
    "[input]\nid=in\ntype=float32\ndims=-1,4,-1,-1\ndir=input\n"
    "[ab]\nid=out\ntype=float32\ndims=-1,2,-1,-1\ndir=output\n[colorize]\ninput=lightness\nhints=planes\noutput=ab\n",
    "[input]\nid=in\ntype=float32\ndims=-1,3,-1,-1\ndir=input\n"
    "[rgb]\nid=out\ntype=float32\ndims=-1,3,-1,-1\ndir=output\n[colorize]\ninput=gray-rgb\noutput=rgb\n",
    "[input]\nid=in\ntype=float32\ndims=1,3,64,64\ndir=input\n"
    "[output]\nid=out\ntype=float32\ndims=1,2,64,64\ndir=output\n[colorize]\ninput=gray-rgb\noutput=ab\n",
};

/// The first whose tensors the graph has all; else the first of all.
static const ModelInfo& info_for(std::string_view model) {
  static const auto all = [] {
    std::vector<ModelInfo> infos;
    for (const std::string sidecar : sidecars)
      infos.push_back(ModelInfo::parse("[modelinfo]\nversion=1.0\n" + sidecar + "size=64\nmultiple=32\n",
                                       "input.onnx.modelinfo", {}));
    return infos;
  }();
  const OnnxGraph graph = OnnxGraph::read(model);
  const auto fits = [&](const ModelInfo& info) {
    return std::ranges::count(graph.outputs, info.output.name, &OnnxTensor::name) > 0 &&
           std::ranges::equal(graph.inputs, info.inputs, {}, &OnnxTensor::name, &TensorInfo::name);
  };
  const auto found = std::ranges::find_if(all, fits);
  return found == all.end() ? all[0] : *found;
}

/// An ONNX network of any kind beside a good sidecar: it is refused in words, or it works.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  accepts<Error>([&] {
    const std::string_view model = bytes_in(data, size);
    Network network(Model{"input.onnx", info_for(model), std::string(model), {}});
    Ab ab;
    network.predict(cv::Mat(network.input_size({96, 64}, 0), CV_32F, cv::Scalar(50)), ab);
    must(ab.a.size() == ab.b.size() && !ab.a.empty(), "both planes are there");
  });
  return 0;
}
