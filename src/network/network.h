// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <memory>
#include <opencv2/core.hpp>
#include <vector>

#include "ab.h"
#include "hints.h"
#include "model.h"
#include "onnx.h"

namespace colorize {

/// The inputs' dims for a picture of that size, all of them in numbers: what `with_input_dims` gives to an ONNX file.
std::vector<OnnxInput> inputs_for(cv::Size picture, const ModelInfo& info);

/// Whose library runs a network.
enum class Engine { automatic, opencv, onnxruntime };

/// A network that predicts a*b* from L*; what its tensors hold is known from its sidecar alone.
class Network {
 public:
  /// Imports the network and runs it once, so that what does not fit is found here.
  /// `engine`: `automatic` is ONNX Runtime where it is built in and takes the network, else OpenCV. `threads`: how many
  /// the network may use; 0: as many as OpenCV does, where the first network of a process
  /// decides for all.
  /// Throws Error (network or settings) that names the file and the tensor.
  explicit Network(Model model, Engine engine = Engine::automatic, int threads = 0);

  /// Another session of what `other` has loaded, which the two share: each may run while the other does.
  Network(const Network& other);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  /// The library that runs it, with its version: "OpenCV 4.6.0".
  std::string library() const;
  Engine engine() const;
  int threads() const;

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

  void take(Model& model, Engine engine, int threads);

  std::shared_ptr<const Shared> shared_;
  std::unique_ptr<Run> run_;
};

}  // namespace colorize
