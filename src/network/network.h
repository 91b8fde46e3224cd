// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <utility>
#include <vector>

#include "ab.h"
#include "hints.h"
#include "model.h"
#include "onnx.h"

namespace colorize {

/// The inputs' dims for a picture of that size, all of them in numbers: what `with_input_dims` gives to an ONNX file.
std::vector<OnnxTensor> inputs_for(cv::Size picture, const ModelInfo& info);

/// What a network sees of a picture: its own size where that is fixed, else `long_side` (0: what it likes best) and
/// what belongs to it, both rounded to what it can divide.
cv::Size size_for(cv::Size picture, const ModelInfo& info, int long_side = 0);

/// Whose library runs a network.
enum class Engine { automatic, opencv, onnxruntime };

/// A network that predicts a*b* from L*; what its tensors hold is known from its sidecar alone.
class Network {
 public:
  /// Imports the network and runs it once, so that what does not fit is found here.
  /// `engine`: `automatic` is ONNX Runtime where it is built in and takes the network, else OpenCV. `threads`: how many
  /// the network may use; 0: as many as OpenCV does, where the first network of a process decides for all.
  /// Throws Error (network or settings) that names the file and the tensor.
  explicit Network(Model model, Engine engine = Engine::automatic, int threads = 0);

  /// The one that somebody in this process has of just these files by the same engine and threads, else a new one, so
  /// that many who colorize by the same network load it once. A copy of a network is the same: both may be used at
  /// once, each by one thread at a time. It costs nothing before it predicts.
  static Network shared(Model model, Engine engine = Engine::automatic, int threads = 0);
  Network(const Network& other) : shared_(other.shared_) {}
  Network& operator=(const Network&) = delete;
  Network(Network&&) noexcept = default;
  Network& operator=(Network&&) noexcept = default;
  ~Network() = default;

  /// The library that runs it, with its version: "OpenCV 4.6.0".
  std::string library() const;
  Engine engine() const;
  int threads() const;
  bool takes_hints() const;

  /// The size to give to `predict` for a picture: its own where it has a fixed one; else the long side `long_side` (0:
  /// what the network likes best), both sides rounded to what it can divide. Throws Error (settings) where `long_side`
  /// is given and the size is fixed to another.
  cv::Size input_size(cv::Size picture, int long_side) const;

  /// `lightness`: CV_32F, L* 0..100, of an `input_size`. `ab` gets the network's own output size, in a*b* units,
  /// finite. Throws Error (settings) where there are `hints` and the network takes none.
  void predict(const cv::Mat& lightness, Ab& ab, const Hints& hints = {});

 private:
  struct Shared;
  struct Run;
  struct Runs;

  explicit Network(std::shared_ptr<const Shared> shared) : shared_(std::move(shared)) {}
  void take(Model& model, Engine engine, int threads);
  void join(cv::Size size);

  std::shared_ptr<const Shared> shared_;
  std::shared_ptr<Runs> runs_;  // of the size that it predicted at last
};

}  // namespace colorize
