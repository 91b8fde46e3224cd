// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network.h"

#include <algorithm>
#include <cmath>
#include <opencv2/core/version.hpp>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "colour.h"
#include "error.h"
#include "npy.h"
#include "onnx.h"
#include "prototxt.h"

namespace colorize {

namespace {

constexpr TensorInfo::Interval lightness_natural{0, 100}, byte_natural{0, 255}, ab_natural{-128, 128},
    share_natural{0, 1};

/// y = x * scale + offset
struct Linear {
  double scale, offset;

  static Linear between(TensorInfo::Interval from, TensorInfo::Interval to) {
    const double scale = (static_cast<double>(to.high) - to.low) / (static_cast<double>(from.high) - from.low);
    return {scale, to.low - from.low * scale};
  }
};

TensorInfo::Interval range_of(const TensorInfo& tensor, int channel, TensorInfo::Interval natural) {
  return tensor.ranges.empty() ? natural : tensor.ranges[static_cast<std::size_t>(channel)];
}

std::string text_of(cv::Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

std::string shape_of(const cv::Mat& blob) {
  std::string text;
  for (int i = 0; i < blob.dims; ++i) text += (i ? "x" : "") + std::to_string(blob.size[i]);
  return text;
}

/// L* to the gray R'G'B' 0..255 that has it; L* need not be a whole tone's.
void gray_of_lightness(const cv::Mat& lightness, cv::Mat& gray) {
  static constexpr int steps = 1000;
  static const auto table = [] {
    std::array<float, steps + 2> t{};
    for (int i = 0; i < steps + 2; ++i)
      t[i] = static_cast<float>(255 * colour::from_linear(colour::luminance(std::min(100.0, i * 100.0 / steps))));
    return t;
  }();
  gray.create(lightness.size(), CV_32F);
  for (int y = 0; y < gray.rows; ++y)
    for (int x = 0; x < gray.cols; ++x) {
      const float position = std::clamp(lightness.at<float>(y, x), 0.0F, 100.0F) * (steps / 100.0F);
      const int i = static_cast<int>(position);
      gray.at<float>(y, x) = table[i] + (table[i + 1] - table[i]) * (position - static_cast<float>(i));
    }
}

cv::Mat plane(const cv::Mat& blob, int channel) {
  return cv::Mat(blob.size[2], blob.size[3], CV_32F, const_cast<float*>(blob.ptr<float>(0, channel)));
}

}  // namespace

struct Network::Engine {
  ModelInfo info;
  std::string origin;
  std::string onnx;  ///< the file, where each size of picture wants an import of its own
  cv::Size size;     ///< of the picture that `net` was imported for
  cv::dnn::Net net;
  std::string output_name;
  std::vector<float> centres;  // bins x 2
  cv::Mat input, hints, gray, peak, power, sum;

  [[noreturn]] void fail(const std::string& why) const { throw Error(Error::Kind::network, origin + ": " + why); }

  void import(const Model& model) {
    if (model.caffe()) return import_caffe(model);
    if (const OnnxGraph graph = OnnxGraph::read(model.weights); !graph.follows_size) {
      onnx = model.weights;
      take_fixed_size(graph);
    }
    import_onnx(model.weights, input_size({16, 9}, 0));
  }

  /// Where the file has numbers for the sides, they hold, though its sidecar may leave them open.
  void take_fixed_size(const OnnxGraph& graph) {
    std::vector<int>& dims = info.inputs[0].dims;
    const auto input = std::ranges::find(graph.inputs, info.inputs[0].name, &OnnxInput::name);
    if (input == graph.inputs.end() || input->dims.size() != dims.size()) return;
    for (const std::size_t side : {2, 3})
      if (dims[side] < 0) dims[side] = input->dims[side];
  }

  void import_onnx(const std::string& file, cv::Size picture) try {
    const std::string sized = onnx_for(picture, file, info);
    net = cv::dnn::readNetFromONNX(sized.data(), sized.size());
    size = picture;
    if (net.empty()) fail("OpenCV " CV_VERSION " finds no network in it; is it whole?");
  } catch (const cv::Exception& e) {
    fail("OpenCV " CV_VERSION " cannot import it for " + text_of(picture) +
         " (is it whole? is it exported with opset 11?): " + e.err);
  }

  void import_caffe(const Model& model) try {
#if CV_VERSION_MAJOR < 5
    const std::string structure = prototxt_until(model.structure, info.output.name);
    if (structure.empty()) no_tensor(info.output);
    net = cv::dnn::readNetFromCaffe(structure.data(), structure.size(), model.weights.data(), model.weights.size());
    if (net.empty()) fail("OpenCV " CV_VERSION " finds no network in it; is it whole?");
#else
    fail("OpenCV " CV_VERSION " reads no Caffe networks; convert it to ONNX");
#endif
  } catch (const cv::Exception& e) {
    fail("OpenCV " CV_VERSION " cannot import it (is it whole?): " + e.err);
  }

  [[noreturn]] void no_tensor(const TensorInfo& tensor) const {
    fail("has no tensor [" + tensor.name + "], which its sidecar names; mend the group's title in the sidecar");
  }

  cv::Size input_size(cv::Size picture, int long_side) const {
    if (const auto fixed = info.fixed_size()) {
      const auto [width, height] = *fixed;
      if (long_side != 0 && long_side != std::max(width, height))
        throw Error(Error::Kind::settings,
                    origin + ": takes " + text_of({width, height}) + " and no other size; leave inference-size at 0");
      return {width, height};
    }
    const double scale =
        static_cast<double>(long_side ? long_side : info.size) / std::max(picture.width, picture.height);
    const auto rounded = [&](int side) {
      return std::max(1, static_cast<int>(std::lround(side * scale / info.multiple))) * info.multiple;
    };
    return {rounded(picture.width), rounded(picture.height)};
  }

  void find_tensors() {
    const auto names = net.getUnconnectedOutLayersNames();
    const bool known = net.getLayerId(info.output.name) >= 0 || std::ranges::count(names, info.output.name) > 0;
    if (!known) no_tensor(info.output);
    // A Caffe layer may overwrite its input; the tensor's final value then carries the last such layer's name.
    output_name = names.size() == 1 ? names[0] : info.output.name;
    for (const TensorInfo& tensor : info.inputs)
      if (net.getLayer(0)->outputNameToIndex(tensor.name) < 0) no_tensor(tensor);
  }

  void load_centres() {
    const auto array = NumpyArray::load(*info.centres);
    if (array.shape.size() != 2 || array.shape[1] != 2 || array.shape[0] != info.output.channels())
      throw Error(Error::Kind::settings, info.centres->string() + ": must have the shape (" +
                                             std::to_string(info.output.channels()) +
                                             ", 2), a centre for each channel of [" + info.output.name + "]");
    centres = array.values;
  }

  void fill_input(const cv::Mat& lightness) {
    const TensorInfo& tensor = info.inputs[0];
    const int shape[] = {1, tensor.channels(), lightness.rows, lightness.cols};
    input.create(4, shape, CV_32F);
    int channel = 0;
    const auto put = [&](const cv::Mat& values, TensorInfo::Interval natural, double mean, double deviation) {
      const auto [scale, offset] = Linear::between(natural, range_of(tensor, channel, natural));
      values.convertTo(plane(input, channel), CV_32F, scale / deviation, (offset - mean) / deviation);
      ++channel;
    };
    if (info.input == ModelInfo::Input::lightness) {
      put(lightness, lightness_natural, 0, 1);
    } else {
      gray_of_lightness(lightness, gray);
      for (int i = 0; i < 3; ++i) put(gray, byte_natural, info.mean[i], info.deviation[i]);
    }
    if (info.hints == ModelInfo::Hints::planes) no_hints(input, tensor, channel);
    if (info.hints == ModelInfo::Hints::mask) {
      const int mask_shape[] = {1, 3, lightness.rows, lightness.cols};
      hints.create(4, mask_shape, CV_32F);
      no_hints(hints, info.inputs[1], 0);
      net.setInput(hints, info.inputs[1].name);
    }
    net.setInput(input, tensor.name);
  }

  /// a* = b* = 0 with no confidence, in the tensor's ranges.
  static void no_hints(cv::Mat& blob, const TensorInfo& tensor, int first) {
    for (int i = 0; i < 3; ++i) {
      const auto natural = i < 2 ? ab_natural : share_natural;
      plane(blob, first + i) = Linear::between(natural, range_of(tensor, first + i, natural)).offset;
    }
  }

  cv::Mat forward(const cv::Mat& lightness) try {
    if (!onnx.empty() && lightness.size() != size) import_onnx(onnx, lightness.size());
    fill_input(lightness);
    cv::Mat output = net.forward(output_name);
    if (output.dims != 4 || output.size[0] != 1 || output.size[1] != info.output.channels() || output.type() != CV_32F)
      fail("tensor [" + info.output.name + "] is " + shape_of(output) + ", but its sidecar says 1x" +
           std::to_string(info.output.channels()) + "xHxW; mend dims in the sidecar or the network");
    return output;
  } catch (const cv::Exception& e) {
    fail("OpenCV " CV_VERSION " cannot run it on " + text_of(lightness.size()) + " with " +
         std::to_string(info.inputs[0].channels()) + " channels in [" + info.inputs[0].name +
         "] (do dims, size and multiple of its sidecar fit?): " + e.err);
  }

  void read_ab(const cv::Mat& output, Ab& ab) const {
    for (int i = 0; i < 2; ++i) {
      const auto [scale, offset] = Linear::between(range_of(info.output, i, ab_natural), ab_natural);
      plane(output, i).convertTo(i ? ab.b : ab.a, CV_32F, scale, offset);
    }
  }

  /// The annealed mean: the mean of the centres weighted by softmax(logits / temperature) (Zhang et al. 2016, equation
  /// 5).
  void read_distribution(const cv::Mat& output, Ab& ab) {
    plane(output, 0).copyTo(peak);
    for (int i = 1; i < output.size[1]; ++i) cv::max(peak, plane(output, i), peak);
    ab.a.create(peak.size(), CV_32F), ab.b.create(peak.size(), CV_32F), sum.create(peak.size(), CV_32F);
    ab.a = 0.0, ab.b = 0.0, sum = 0.0;
    for (int i = 0; i < output.size[1]; ++i) {
      cv::subtract(plane(output, i), peak, power);
      power.convertTo(power, CV_32F, 1 / info.temperature);
      cv::exp(power, power);
      cv::add(sum, power, sum);
      const auto bin = static_cast<std::size_t>(i);
      cv::scaleAdd(power, centres[2 * bin], ab.a, ab.a);
      cv::scaleAdd(power, centres[2 * bin + 1], ab.b, ab.b);
    }
    cv::divide(ab.a, sum, ab.a), cv::divide(ab.b, sum, ab.b);
  }

  void read_rgb(const cv::Mat& output, Ab& ab) const {
    std::array<cv::Mat, 3> planes;
    for (int i = 0; i < 3; ++i) {
      const auto [scale, offset] = Linear::between(range_of(info.output, i, byte_natural), share_natural);
      plane(output, i).convertTo(planes[i], CV_32F, scale, offset);
    }
    cv::Mat rgb;
    cv::merge(planes.data(), 3, rgb);
    cv::max(rgb, 0.0, rgb), cv::min(rgb, 1.0, rgb);
    cv::cvtColor(rgb, rgb, cv::COLOR_RGB2Lab);
    cv::extractChannel(rgb, ab.a, 1), cv::extractChannel(rgb, ab.b, 2);
  }

  void predict(const cv::Mat& lightness, Ab& ab) {
    const cv::Mat output = forward(lightness);
    switch (info.output_kind) {
      case ModelInfo::Output::ab:
        read_ab(output, ab);
        break;
      case ModelInfo::Output::ab_distribution:
        read_distribution(output, ab);
        break;
      case ModelInfo::Output::rgb:
        read_rgb(output, ab);
        break;
    }
    if (!cv::checkRange(ab.a) || !cv::checkRange(ab.b))
      fail("tensor [" + info.output.name + "] holds values that are not finite numbers");
  }
};

std::string onnx_for(cv::Size picture, const std::string& file, const ModelInfo& info) {
  std::vector<OnnxInput> inputs;
  for (const TensorInfo& tensor : info.inputs)
    inputs.push_back({tensor.name, {1, tensor.channels(), picture.height, picture.width}});
  return with_input_dims(file, inputs);
}

Network::Network(const Model& model) : engine_(std::make_unique<Engine>()) {
  engine_->info = model.info;
  engine_->origin = model.origin;
  if (model.info.centres) engine_->load_centres();
  engine_->import(model);
  engine_->find_tensors();
  Ab ab;
  predict(cv::Mat(input_size({16, 9}, 0), CV_32F, cv::Scalar(50)), ab);
}

Network::~Network() = default;
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;

cv::Size Network::input_size(cv::Size picture, int long_side) const { return engine_->input_size(picture, long_side); }

void Network::predict(const cv::Mat& lightness, Ab& ab) { engine_->predict(lightness, ab); }

}  // namespace colorize
