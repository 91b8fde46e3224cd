// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colorize {

/// What a sidecar says of one tensor.
struct TensorInfo {
  struct Interval {
    float low, high;

    bool operator==(const Interval&) const = default;
  };

  std::string name;
  std::vector<int> dims;         ///< batch, channels, height, width; -1: any
  std::vector<Interval> ranges;  ///< for each channel, what its natural range becomes in the tensor; empty: itself

  int channels() const { return dims[1]; }
  bool operator==(const TensorInfo&) const = default;
};

/// All that is known about a network: the sidecar `NAME.onnx.modelinfo` in GStreamer's modelinfo format (version 1.0:
/// a group a tensor) with one group more, [colorize].
struct ModelInfo {
  enum class Input { lightness, gray_rgb };
  enum class HintInput { none, planes, mask };
  enum class Output { ab, ab_distribution, rgb };

  /// One; with HintInput::mask the hints have another one (a*, b*, confidence), or two (a*, b*; confidence).
  std::vector<TensorInfo> inputs;
  TensorInfo output;
  Input input = Input::lightness;
  HintInput hints = HintInput::none;
  Output output_kind = Output::ab;
  int size = 256;                                          ///< the long side in pixels that it likes best
  int multiple = 1;                                        ///< what both sides must be divisible by
  std::optional<std::filesystem::path> centres;            ///< of an ab_distribution: .npy, float, bins x 2 (a*, b*)
  double temperature = 1;                                  ///< of the annealed mean (Zhang et al. 2016, section 2.3)
  std::array<float, 3> mean{0, 0, 0}, deviation{1, 1, 1};  ///< of gray_rgb, after the ranges: (v - mean) / deviation
  std::string name, summary, licence, source;              ///< for people

  /// `folder` is where the sidecar lies: paths in it are taken from there and must not leave it.
  /// Throws Error (settings) that names `origin`, the group and the key.
  static ModelInfo parse(std::string_view text, const std::string& origin, const std::filesystem::path& folder);

  /// Width and height fixed by the input's dims, where they are.
  std::optional<std::array<int, 2>> fixed_size() const;

  bool operator==(const ModelInfo&) const = default;
};

}  // namespace colorize
