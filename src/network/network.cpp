// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network.h"

#include <algorithm>
#include <cmath>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <opencv2/imgproc.hpp>
#include <type_traits>
#include <utility>

#include "colour.h"
#include "error.h"
#include "excerpt.h"
#include "inference.h"
#include "npy.h"
#include "onnxcheck.h"
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

/// One plane of hints in the tensor's range; 0 everywhere where there are no hints.
void fill_hint(const cv::Mat& values, cv::Mat& blob, const TensorInfo& tensor, int channel,
               TensorInfo::Interval natural) {
  const auto [scale, offset] = Linear::between(natural, range_of(tensor, channel, natural));
  if (values.empty())
    plane(blob, channel) = offset;
  else
    values.convertTo(plane(blob, channel), CV_32F, scale, offset);
}

}  // namespace

/// What copies of a network share: all that is known of it once it is read.
struct Network::Shared {
  ModelInfo info;
  const ModelInfo as_given = info;
  std::string origin;
  std::size_t content;  ///< a hash of its files
  Engine engine;
  std::vector<float> centres;  ///< bins x 2
  std::shared_ptr<const inference::Loaded> network;

  mutable std::mutex mutex;
  mutable std::vector<std::weak_ptr<Runs>> runs;  ///< under the mutex; no two of one size

  /// OpenCV takes the weights out of `model`.
  Shared(Model& model, Engine by, int threads)
      : info(model.info), origin(model.origin), content(content_of(model)), engine(by) {
    if (info.centres) centres = load_centres(info);
    const bool is_plain = !model.caffe() && check_onnx(model.weights, origin);
    if (const std::string flaw = flaw_of_prototxt(model.structure); !flaw.empty())
      fail("its .prototxt cannot be read: " + flaw + "; mend it");
    if (engine == Engine::onnxruntime) {
      if (!is_plain)
        fail(
            "has operators that are not ONNX's own, or not safe in ONNX Runtime (Loop, MaxUnpool, Einsum but for plain "
            "sums); set engine "
            "to auto");
      network = importing("", [&] {
        return inference::onnxruntime::load_onnx(model.weights, threads > 0 ? threads : cv::getNumThreads());
      });
    } else {
      network = model.caffe() ? inference::opencv::load_caffe(std::move(model.weights), model.structure,
                                                              info.output.name, threads)
                              : inference::opencv::load_onnx(std::move(model.weights), threads);
    }
    if (engine == Engine::onnxruntime || !network->graph.follows_size) take_fixed_size();
  }

  std::string library() const {
    return engine == Engine::onnxruntime ? inference::onnxruntime::library() : inference::opencv::library();
  }

  [[noreturn]] void fail(const std::string& why) const { throw Error(Error::Kind::network, origin + ": " + why); }

  /// Where the file has numbers for the sides, they hold, though its sidecar may leave them open.
  void take_fixed_size() {
    const auto& inputs = network->graph.inputs;
    for (TensorInfo& tensor : info.inputs) {
      const auto input = std::ranges::find(inputs, tensor.name, &OnnxTensor::name);
      if (input == inputs.end() || input->dims.size() != tensor.dims.size()) continue;
      for (const std::size_t side : {2, 3})
        if (tensor.dims[side] < 0) tensor.dims[side] = input->dims[side];
    }
  }

  static std::size_t content_of(const Model& model) {
    const std::hash<std::string> hash;
    return hash(model.weights) ^ hash(model.structure);
  }

  /// Whether it was loaded of just these files.
  bool is_of(const Model& model) const {
    return origin == model.origin && as_given == model.info && content == content_of(model) &&
           (!info.centres || centres == load_centres(info));
  }

  static std::vector<float> load_centres(const ModelInfo& info) {
    auto array = NumpyArray::load(*info.centres);
    if (array.shape.size() != 2 || array.shape[1] != 2 || array.shape[0] != info.output.channels())
      throw Error(Error::Kind::settings, info.centres->string() + ": must have the shape (" +
                                             std::to_string(info.output.channels()) +
                                             ", 2), a centre for each channel of [" + excerpt(info.output.name) + "]");
    return std::move(array.values);
  }

  cv::Size input_size(cv::Size picture, int long_side) const {
    const cv::Size size = size_for(picture, info, long_side);
    if (long_side != 0 && info.fixed_size() && long_side != std::max(size.width, size.height))
      throw Error(Error::Kind::settings,
                  origin + ": takes " + text_of(size) + " and no other size; leave inference-size at 0");
    return size;
  }

  void expect_tensors(const inference::Session& session) const {
    const auto expect = [&](bool there, const TensorInfo& tensor) {
      if (!there)
        fail("has no tensor [" + excerpt(tensor.name) +
             "], which its sidecar names; mend the group's title in the sidecar");
    };
    expect(session.has_output(info.output.name), info.output);
    for (const TensorInfo& tensor : info.inputs) expect(session.has_input(tensor.name), tensor);
  }

  /// A session for pictures of that size; of any size where the network follows it.
  std::unique_ptr<inference::Session> start(cv::Size picture) const {
    auto session = importing(" for " + text_of(picture), [&] { return network->start(inputs_for(picture, info)); });
    expect_tensors(*session);
    return session;
  }

  template <typename Act>
  std::invoke_result_t<Act> importing(const std::string& what, const Act& act) const try {
    return act();
  } catch (const inference::Refusal& refusal) {
    fail(library() + " cannot import it" + what +
         " (is it whole? if it is ONNX, is it exported with opset 11?): " + refusal.what());
  }
};

/// A session, and the planes that it works on.
struct Network::Run {
  const Shared& shared;
  const ModelInfo& info = shared.info;
  cv::Size size;  ///< of the picture that `session` was started for
  std::unique_ptr<inference::Session> session;
  std::vector<inference::Tensor> inputs;  ///< as the sidecar has them
  cv::Mat gray, peak, power, sum, rgb;

  Run(const Shared& network, cv::Size picture) : shared(network), size(picture), session(network.start(size)) {
    for (const TensorInfo& tensor : info.inputs) inputs.push_back({tensor.name, {}});
  }

  void fill_input(const cv::Mat& lightness, const Hints& given) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const int shape[] = {1, info.inputs[i].channels(), lightness.rows, lightness.cols};
      inputs[i].values.create(4, shape, CV_32F);
    }
    const TensorInfo& tensor = info.inputs[0];
    cv::Mat& input = inputs[0].values;
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
    if (info.hints == ModelInfo::HintInput::none) return;
    // Behind the picture's planes, or in the tensors that follow it.
    std::size_t at = 0;
    for (const auto& [values, natural] :
         {std::pair{&given.ab.a, ab_natural}, {&given.ab.b, ab_natural}, {&given.confidence, share_natural}}) {
      if (channel == info.inputs[at].channels()) ++at, channel = 0;
      fill_hint(*values, inputs[at].values, info.inputs[at], channel++, natural);
    }
  }

  cv::Mat forward(const cv::Mat& lightness, const Hints& given) try {
    if (!shared.network->graph.follows_size && lightness.size() != size) {
      session = shared.start(lightness.size());
      size = lightness.size();
    }
    fill_input(lightness, given);
    const TensorInfo& tensor = info.output;
    cv::Mat output = session->run(inputs, tensor.name);
    if (output.dims != 4 || output.size[0] != 1 || output.size[1] != tensor.channels() || output.type() != CV_32F)
      shared.fail("tensor [" + excerpt(tensor.name) + "] is " + shape_of(output) + ", but its sidecar says 1x" +
                  std::to_string(tensor.channels()) + "xHxW; mend dims in the sidecar or the network");
    return output;
  } catch (const inference::Refusal& refusal) {
    const TensorInfo& tensor = info.inputs[0];
    shared.fail(shared.library() + " cannot run it on " + text_of(lightness.size()) + " with " +
                std::to_string(tensor.channels()) + " channels in [" + excerpt(tensor.name) +
                "] (do dims, size and multiple of its sidecar fit?): " + refusal.what());
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
    for (cv::Mat* total : {&ab.a, &ab.b, &sum}) {
      total->create(peak.size(), CV_32F);
      *total = 0.0;
    }
    for (int i = 0; i < output.size[1]; ++i) {
      cv::subtract(plane(output, i), peak, power);
      power.convertTo(power, CV_32F, 1 / info.temperature);
      cv::exp(power, power);
      cv::add(sum, power, sum);
      const auto bin = static_cast<std::size_t>(i);
      cv::scaleAdd(power, shared.centres[2 * bin], ab.a, ab.a);
      cv::scaleAdd(power, shared.centres[2 * bin + 1], ab.b, ab.b);
    }
    cv::divide(ab.a, sum, ab.a);
    cv::divide(ab.b, sum, ab.b);
  }

  void read_rgb(const cv::Mat& output, Ab& ab) {
    std::array<cv::Mat, 3> planes;
    for (int i = 0; i < 3; ++i) {
      const auto [scale, offset] = Linear::between(range_of(info.output, i, byte_natural), share_natural);
      plane(output, i).convertTo(planes[i], CV_32F, scale, offset);
    }
    cv::merge(planes.data(), 3, rgb);
    cv::max(rgb, 0.0, rgb);
    cv::min(rgb, 1.0, rgb);
    cv::cvtColor(rgb, rgb, cv::COLOR_RGB2Lab);
    cv::extractChannel(rgb, ab.a, 1);
    cv::extractChannel(rgb, ab.b, 2);
  }

  void predict(const cv::Mat& lightness, const Hints& given, Ab& ab) {
    if (!given.empty() && info.hints == ModelInfo::HintInput::none)
      throw Error(Error::Kind::settings, shared.origin + ": takes no hints; use a network whose sidecar says hints=");
    const cv::Mat output = forward(lightness, given);
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
      shared.fail("tensor [" + excerpt(info.output.name) + "] holds values that are not finite numbers");
  }
};

std::vector<OnnxTensor> inputs_for(cv::Size picture, const ModelInfo& info) {
  std::vector<OnnxTensor> inputs;
  for (const TensorInfo& tensor : info.inputs)
    inputs.push_back({tensor.name, {1, tensor.channels(), picture.height, picture.width}});
  return inputs;
}

cv::Size size_for(cv::Size picture, const ModelInfo& info, int long_side) {
  if (const auto fixed = info.fixed_size()) return {(*fixed)[0], (*fixed)[1]};
  const double scale = static_cast<double>(long_side ? long_side : info.size) / std::max(picture.width, picture.height);
  const auto rounded = [&](int side) {
    return std::max(1, static_cast<int>(std::lround(side * scale / info.multiple))) * info.multiple;
  };
  return {rounded(picture.width), rounded(picture.height)};
}

/// The runs of a network at one size: few, since each has all weights and planes of its own and uses several cores
/// where they are free, lent to one at a time in the order in which they ask.
struct Network::Runs {
  const std::shared_ptr<const Shared> shared;
  const cv::Size size;

  Runs(std::shared_ptr<const Shared> network, cv::Size picture) : shared(std::move(network)), size(picture) {}

  void predict(const cv::Mat& lightness, const Hints& hints, Ab& ab) {
    const Lent lent(*this);
    lent.run->predict(lightness, hints, ab);
  }

  /// Takes over what `other`, whom nobody uses any more, has started.
  void inherit(Runs& other) {
    const std::lock_guard lock(other.mutex_);
    idle_ = std::move(other.idle_);
    started_ = idle_.size();
  }

 private:
  struct Lent {
    Runs& runs;
    std::unique_ptr<Run> run;

    explicit Lent(Runs& all) : runs(all), run(runs.borrow()) {}
    ~Lent() { runs.give_back(std::move(run)); }
    Lent(const Lent&) = delete;
    Lent& operator=(const Lent&) = delete;
  };

  std::unique_ptr<Run> borrow() {
    std::unique_lock lock(mutex_);
    const auto ticket = tickets_++;
    changed_.wait(lock, [&] { return ticket == turn_ && (!idle_.empty() || started_ < most()); });
    ++turn_;
    changed_.notify_all();
    if (!idle_.empty()) {
      std::unique_ptr<Run> run = std::move(idle_.back());
      idle_.pop_back();
      return run;
    }
    idle_.reserve(++started_);  // so that giving back cannot fail
    lock.unlock();
    try {
      return std::make_unique<Run>(*shared, size);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
  }

  void give_back(std::unique_ptr<Run> run) {
    const std::lock_guard lock(mutex_);
    if (run)
      idle_.push_back(std::move(run));
    else
      --started_;
    changed_.notify_all();
  }

  /// With one for all, cores stand idle; one for each of many is a lot of memory for little.
  static std::size_t most() {
    static const int cores = cv::getNumberOfCPUs();
    return static_cast<std::size_t>(std::max({1, std::min(4, cores), cores / 4}));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t tickets_ = 0, turn_ = 0;
  std::vector<std::unique_ptr<Run>> idle_;
  std::size_t started_ = 0;
};

Network::Network(Model model, Engine engine, int threads) {
  const bool is_there = !inference::onnxruntime::library().empty();
  if (engine == Engine::onnxruntime && !is_there)
    throw Error(Error::Kind::settings,
                "ONNX Runtime is not built in; set engine to auto, or build colorize where "
                "libonnxruntime-dev is");
  if (engine == Engine::onnxruntime && model.caffe())
    throw Error(Error::Kind::settings,
                model.origin + ": is of Caffe, which ONNX Runtime does not read; set engine to auto, or convert it");
  if (engine == Engine::automatic && is_there && !model.caffe()) try {
      take(model, Engine::onnxruntime, threads);
      const Shared& loaded = *shared_;
      if (std::ranges::equal(loaded.info.inputs, model.info.inputs, {}, &TensorInfo::dims, &TensorInfo::dims) ||
          !loaded.network->graph.follows_size)
        return;
    } catch (const Error& error) {
      if (error.kind != Error::Kind::network) throw;  // OpenCV may take it, or else says why not
      shared_.reset();
    }
  // Where the file alone has numbers for the sides, OpenCV may not be bound to them, if it takes the network.
  Network bound = std::move(*this);
  try {
    take(model, engine == Engine::onnxruntime ? engine : Engine::opencv, threads);
  } catch (const Error&) {
    if (!bound.shared_) throw;
    *this = std::move(bound);
  }
}

void Network::take(Model& model, Engine engine, int threads) {
  runs_.reset();
  shared_.reset();  // before the next one is there: OpenCV's threads are bounded by the first that is
  shared_ = std::make_shared<const Shared>(model, engine, threads);
  Ab ab;
  predict(cv::Mat(input_size({16, 9}, 0), CV_32F, cv::Scalar(50)), ab);
}

Network Network::shared(Model model, Engine engine, int threads) {
  struct Asked {
    std::weak_ptr<const Shared> loaded;
    Engine engine;
    int threads;
  };
  static std::mutex mutex;
  static std::vector<Asked> all;
  const std::lock_guard lock(mutex);  // all the while: who comes second waits until the first has loaded it
  std::erase_if(all, [](const Asked& one) { return one.loaded.expired(); });
  for (const Asked& one : all)
    if (const auto loaded = one.loaded.lock();
        loaded && one.engine == engine && one.threads == threads && loaded->is_of(model))
      return Network(loaded);
  Network network(model, engine, threads);
  all.push_back({network.shared_, engine, threads});
  return network;
}

std::string Network::library() const { return shared_->library(); }
Engine Network::engine() const { return shared_->engine; }
int Network::threads() const { return shared_->network->threads(); }
bool Network::takes_hints() const { return shared_->info.hints != ModelInfo::HintInput::none; }

void Network::join(cv::Size size) {
  const std::lock_guard lock(shared_->mutex);
  std::erase_if(shared_->runs, [](const auto& runs) { return runs.expired(); });
  for (const auto& runs : shared_->runs)
    if (auto found = runs.lock(); found && found->size == size) {
      runs_ = std::move(found);
      return;
    }
  auto runs = std::make_shared<Runs>(shared_, size);
  if (runs_.use_count() == 1) runs->inherit(*runs_);
  shared_->runs.push_back(runs);
  runs_ = std::move(runs);
}

cv::Size Network::input_size(cv::Size picture, int long_side) const { return shared_->input_size(picture, long_side); }

void Network::predict(const cv::Mat& lightness, Ab& ab, const Hints& hints) {
  if (!runs_ || lightness.size() != runs_->size) join(lightness.size());
  runs_->predict(lightness, hints, ab);
}

}  // namespace colorize
