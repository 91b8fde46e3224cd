// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <opencv2/core/utility.hpp>
#include <opencv2/core/version.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/dnn/all_layers.hpp>
#include <opencv2/dnn/shape_utils.hpp>
#include <stdexcept>

#include "excerpt.h"
#include "inference.h"
#include "prototxt.h"

namespace colorize::inference {

namespace {

/// The bytes that OpenCV may still allocate for what this thread asks of it.
thread_local std::uint64_t left = std::numeric_limits<std::uint64_t>::max();

/// Allocates as OpenCV did before, but not for networks that want more than is left: a few bytes of a file can ask for
/// any size, which is known only here, where all that they led to has been worked out.
class Counting final : public cv::MatAllocator {
 public:
  static void install() {
    [[maybe_unused]] static const bool installed = [] {
      // Never deleted: matrices come and go until the process ends.
      cv::Mat::setDefaultAllocator(new Counting(cv::Mat::getDefaultAllocator()));
      return true;
    }();
  }

  cv::UMatData* allocate(int dims, const int* sizes, int type, void* data, std::size_t* step, cv::AccessFlag access,
                         cv::UMatUsageFlags usage) const override {
    double size = static_cast<double>(CV_ELEM_SIZE(type));
    for (int i = 0; i < dims; ++i) size *= sizes[i];
    if (!data) {
      if (size > static_cast<double>(left))
        CV_Error(cv::Error::StsNoMem, "it would need more memory than half of what is here");
      left -= static_cast<std::uint64_t>(size);
    }
    return before_->allocate(dims, sizes, type, data, step, access, usage);
  }
  bool allocate(cv::UMatData* data, cv::AccessFlag access, cv::UMatUsageFlags usage) const override {
    return before_->allocate(data, access, usage);
  }
  void deallocate(cv::UMatData* data) const override { before_->deallocate(data); }

 private:
  explicit Counting(const cv::MatAllocator* before) : before_(before) {}

  const cv::MatAllocator* before_;
};

/// As long as it is there, this thread has so much memory for OpenCV as is sensible here.
struct Allowance {
  Allowance() {
    Counting::install();
    left = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) / 2;
  }
  ~Allowance() { left = std::numeric_limits<std::uint64_t>::max(); }
  Allowance(const Allowance&) = delete;
  Allowance& operator=(const Allowance&) = delete;
};

/// What `act` gives; OpenCV's exceptions become refusals, and so do those of the library that it lets through where a
/// network leads it beyond an end.
template <typename Act>
auto refusing(const Act& act) try {
  const Allowance allowance;
  return act();
} catch (const cv::Exception& e) {
  throw Refusal(e.err);
} catch (const std::logic_error& e) {
  throw Refusal(e.what());
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
      check_deconvolutions(inputs);
      // A Caffe layer may overwrite its input; the tensor's final value then carries the last such layer's name.
      return net_.forward(outputs_.size() == 1 ? outputs_[0] : output);
    });
  }

 private:
  /// OpenCV counts in int where in a deconvolution it reads, and reads from anywhere where that is not enough.
  void check_deconvolutions([[maybe_unused]] const std::vector<Tensor>& inputs) const {
#if CV_VERSION_MAJOR < 5
    std::vector<cv::dnn::MatShape> shapes(inputs.size()), taken, given;
    for (const Tensor& input : inputs) {
      const auto place = static_cast<std::size_t>(net_.getLayer(0)->outputNameToIndex(input.name));
      if (place >= shapes.size()) return;  // it has more inputs, which forward() misses in words
      shapes[place] = cv::dnn::shape(input.values);
    }
    for (const std::string& name : net_.getLayerNames()) {
      const int id = net_.getLayerId(name);
      const auto layer = net_.getLayer(id).dynamicCast<cv::dnn::BaseConvolutionLayer>();
      if (!layer || layer->type != "Deconvolution" || layer->blobs.empty() || layer->strides.size() != 2) continue;
      net_.getLayerShapes(shapes, id, taken, given);
      if (taken.empty() || taken[0].size() != 4) continue;
      const double width = taken[0][3], places = taken[0][2] * width;
      const double sums = static_cast<double>(layer->blobs[0].total()) / layer->blobs[0].size[0];
      if ((sums + static_cast<double>(layer->strides[1]) * width) * places > std::numeric_limits<int>::max())
        throw Refusal("a deconvolution takes a picture larger than it can count; set a smaller inference-size");
    }
#endif
  }

  mutable cv::dnn::Net net_;  // not every version's getLayer is const
  std::vector<std::string> outputs_;
};

std::unique_ptr<Session> session_of(cv::dnn::Net net, bool may_fuse = true) {
  if (net.empty()) throw Refusal("it finds no network in it");
  if (!may_fuse) net.enableFusion(false);
  return std::make_unique<NetSession>(std::move(net));
}

/// OpenCV before 4.10 forgets what follows a product of two computed matrices where it fuses both.
constexpr bool fuses_products_well = CV_VERSION_MAJOR > 4 || CV_VERSION_MINOR >= 10;

/// A network that OpenCV runs on the threads of the process.
class ByOpenCv : public Loaded {
 public:
  ByOpenCv(OnnxGraph as_read, int threads) : Loaded(std::move(as_read)) {
    if (threads > 0 && is_alone() && threads != cv::getNumThreads()) cv::setNumThreads(threads);
  }

  int threads() const override { return cv::getNumThreads(); }
};

class Onnx final : public ByOpenCv {
 public:
  Onnx(std::string file, int threads) : ByOpenCv(OnnxGraph::read(file), threads), file_(std::move(file)) {}

  std::unique_ptr<Session> start(const std::vector<OnnxTensor>& inputs) const override {
    return refusing([&] {
      const std::string sized = with_input_dims(file_, inputs);
      return session_of(cv::dnn::readNetFromONNX(sized.data(), sized.size()),
                        fuses_products_well || !graph.multiplies_computed);
    });
  }

 private:
  const std::string file_;
};

class Caffe final : public ByOpenCv {
 public:
  Caffe(std::string weights, const std::string& structure, std::string output, int threads)
      : ByOpenCv({.follows_size = true}, threads),
        weights_(std::move(weights)),
        structure_(prototxt_until(structure, output)),
        output_(std::move(output)) {}

  std::unique_ptr<Session> start(const std::vector<OnnxTensor>&) const override {
#if CV_VERSION_MAJOR < 5
    if (structure_.empty()) throw Refusal("no layer of its .prototxt gives the tensor [" + excerpt(output_) + "]");
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

std::string opencv::library() { return "OpenCV " CV_VERSION; }

std::shared_ptr<const Loaded> opencv::load_onnx(std::string file, int threads) {
  return std::make_shared<Onnx>(std::move(file), threads);
}

std::shared_ptr<const Loaded> opencv::load_caffe(std::string weights, const std::string& structure, std::string output,
                                                 int threads) {
  return std::make_shared<Caffe>(std::move(weights), structure, std::move(output), threads);
}

}  // namespace colorize::inference
