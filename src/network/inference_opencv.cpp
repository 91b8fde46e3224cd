// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <opencv2/core/version.hpp>
#include <opencv2/dnn.hpp>

#include "inference.h"
#include "prototxt.h"

namespace colorize::inference {

namespace {

/// What `act` gives; OpenCV's exceptions become refusals.
template <typename Act>
auto refusing(const Act& act) try {
  return act();
} catch (const cv::Exception& e) {
  throw Refusal(e.err);
}

class NetSession final : public Session {
 public:
  explicit NetSession(cv::dnn::Net net) : net_(std::move(net)), outputs_(net_.getUnconnectedOutLayersNames()) {}

  bool has_input(const std::string& name) const override { return net_.getLayer(0)->outputNameToIndex(name) >= 0; }

  bool has_output(const std::string& name) const override {
    return net_.getLayerId(name) >= 0 || std::ranges::count(outputs_, name) > 0;
  }

  cv::Mat run(const std::vector<Tensor>& inputs, const std::string& output) override {
    return refusing([&] {
      for (const Tensor& input : inputs) net_.setInput(input.values, input.name);
      // A Caffe layer may overwrite its input; the tensor's final value then carries the last such layer's name.
      return net_.forward(outputs_.size() == 1 ? outputs_[0] : output);
    });
  }

 private:
  mutable cv::dnn::Net net_;  // not every version's getLayer is const
  std::vector<std::string> outputs_;
};

std::unique_ptr<Session> session_of(const cv::dnn::Net& net) {
  if (net.empty()) throw Refusal("it finds no network in it");
  return std::make_unique<NetSession>(net);
}

class Onnx final : public Loaded {
 public:
  explicit Onnx(std::string file) : Loaded(OnnxGraph::read(file)), file_(std::move(file)) {}

  std::unique_ptr<Session> start(const std::vector<OnnxInput>& inputs) const override {
    return refusing([&] {
      const std::string sized = with_input_dims(file_, inputs);
      return session_of(cv::dnn::readNetFromONNX(sized.data(), sized.size()));
    });
  }

 private:
  const std::string file_;
};

class Caffe final : public Loaded {
 public:
  Caffe(std::string weights, const std::string& structure, std::string output)
      : Loaded({.inputs = {}, .follows_size = true}),
        weights_(std::move(weights)),
        structure_(prototxt_until(structure, output)),
        output_(std::move(output)) {}

  std::unique_ptr<Session> start(const std::vector<OnnxInput>&) const override {
#if CV_VERSION_MAJOR < 5
    if (structure_.empty()) throw Refusal("no layer of its .prototxt gives the tensor [" + output_ + "]");
    return refusing([&] {
      return session_of(
          cv::dnn::readNetFromCaffe(structure_.data(), structure_.size(), weights_.data(), weights_.size()));
    });
#else
    throw Refusal("it reads no Caffe networks; convert it to ONNX");
#endif
  }

 private:
  const std::string weights_, structure_, output_;
};

}  // namespace

std::string library() { return "OpenCV " CV_VERSION; }

std::shared_ptr<const Loaded> load_onnx(std::string file) { return std::make_shared<Onnx>(std::move(file)); }

std::shared_ptr<const Loaded> load_caffe(std::string weights, const std::string& structure, std::string output) {
  return std::make_shared<Caffe>(std::move(weights), structure, std::move(output));
}

}  // namespace colorize::inference
