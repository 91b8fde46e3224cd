// SPDX-License-Identifier: LGPL-2.1-or-later
#include "draft.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <opencv2/core/utils/logger.hpp>
#include <optional>
#include <vector>

#include "common/failure.h"
#include "common/words.h"
#include "inference.h"
#include "onnx.h"
#include "onnxcheck.h"

namespace colorize::command {

namespace {

constexpr int usual_side = 256;

/// What came out of a run.
struct Answer {
  int channels;
  double least, greatest;
};

/// Keeps OpenCV from telling on the standard error of what does not run, which is what is tried.
struct Quiet {
  const cv::utils::logging::LogLevel before = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);

  Quiet() = default;
  ~Quiet() { cv::utils::logging::setLogLevel(before); }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;
};

/// The network in a library that takes it.
class Trial {
 public:
  Trial(const std::string& onnx, const std::string& origin) : graph_(OnnxGraph::read(onnx)) {
    const bool is_plain = check_onnx(onnx, origin);
    if (is_plain && !inference::onnxruntime::library().empty()) try {
        loaded_ = inference::onnxruntime::load_onnx(onnx, 0);
        return;
      } catch (const inference::Refusal&) {
        // The other one may take it.
      }
    loaded_ = inference::opencv::load_onnx(onnx, 0);
  }

  const OnnxGraph& graph() const { return graph_; }

  /// Of a picture from dark to light; nothing where it cannot be run at that size.
  std::optional<Answer> run(cv::Size size, const std::string& output) try {
    std::vector<OnnxTensor> inputs;
    std::vector<inference::Tensor> values;
    for (const OnnxTensor& input : graph_.inputs) {
      const int shape[] = {1, input.dims[1], size.height, size.width};
      inputs.push_back({input.name, {shape, shape + 4}});
      values.push_back({input.name, cv::Mat(4, shape, CV_32F, cv::Scalar(0))});
    }
    cv::Mat picture(inputs[0].dims[1] * size.height, size.width, CV_32F, values[0].values.ptr<float>());
    for (int y = 0; y < picture.rows; ++y)
      for (int x = 0; x < size.width; ++x)
        picture.at<float>(y, x) = static_cast<float>(x) / static_cast<float>(size.width - 1);
    const cv::Mat answer = loaded_->start(inputs)->run(values, output);
    if (answer.dims != 4 || answer.type() != CV_32F || !cv::checkRange(answer)) return std::nullopt;
    Answer found{answer.size[1], 0, 0};
    cv::minMaxIdx(answer.reshape(1, 1), &found.least, &found.greatest);
    return found;
  } catch (const inference::Refusal& refusal) {
    why_not = refusal.what();
    return std::nullopt;
  } catch (const cv::Exception& error) {  // where there is no memory for a picture
    why_not = error.err;
    return std::nullopt;
  }

  std::string why_not;  ///< it could not be run at last

 private:
  const OnnxGraph graph_;
  std::shared_ptr<const inference::Loaded> loaded_;
};

std::string group(const OnnxTensor& tensor, const std::string& id, int channels, const char* direction,
                  const std::string& ranges) {
  std::string dims = "-1," + std::to_string(channels);
  for (const std::size_t side : {2, 3})
    dims += "," + std::to_string(side < tensor.dims.size() && tensor.dims[side] > 0 ? tensor.dims[side] : -1);
  return "[" + tensor.name + "]\nid=" + id + "\ntype=float32\ndims=" + dims + "\ndir=" + direction +
         (ranges.empty() ? "" : "\nranges=" + ranges) + "\n\n";
}

}  // namespace

std::string draft_sidecar(const std::string& onnx, const std::string& name, const std::string& origin) {
  const auto fail = [&](const std::string& why) {
    throw Failure(origin + ": no sidecar can be drafted for it: " + why +
                  "; write one (see README, \"A network of your own\")");
  };
  const Quiet quiet;
  Trial trial(onnx, origin);
  const OnnxGraph& graph = trial.graph();
  std::vector<int> channels;
  for (const OnnxTensor& input : graph.inputs) {
    if (input.dims.size() != 4 || input.dims[1] < 1)
      fail("its input [" + input.name + "] is not batch, channels, height, width with the channels given");
    channels.push_back(input.dims[1]);
    constexpr int longest = 8192;
    if (std::max(input.dims[2], input.dims[3]) > longest || (input.dims[2] < 0) != (input.dims[3] < 0))
      fail("its input [" + input.name + "] has a side longer than " + std::to_string(longest) + ", or one side alone");
  }
  const struct {
    std::vector<int> channels;
    const char *input, *hints;
  } kinds[] = {{{1}, "lightness", "none"},      {{3}, "gray-rgb", "none"},     {{4}, "lightness", "planes"},
               {{6}, "gray-rgb", "planes"},     {{1, 3}, "lightness", "mask"}, {{3, 3}, "gray-rgb", "mask"},
               {{1, 2, 1}, "lightness", "mask"}};
  const auto kind = std::ranges::find_if(kinds, [&](const auto& one) { return one.channels == channels; });
  if (kind == std::end(kinds)) {
    std::vector<std::string> found;
    for (const int count : channels) found.push_back(std::to_string(count));
    fail("it takes tensors of " + (found.empty() ? "no" : listed(found)) + " channels");
  }
  if (graph.outputs.size() != 1) fail("it gives " + counted(graph.outputs.size(), "tensor") + ", not one");
  const OnnxTensor& output = graph.outputs[0];

  // What the sides must be divisible by: the least that it runs with, tried at odd multiples of it.
  const auto& sides = graph.inputs[0].dims;
  const bool is_fixed = sides[2] > 0;
  std::optional<Answer> answer;
  int multiple = 1;
  if (is_fixed) {
    answer = trial.run({sides[3], sides[2]}, output.name);
  } else {
    for (multiple = 1; !answer && multiple <= 128; multiple *= 2) {
      const int odd = std::max(1, usual_side / 2 / multiple) | 1;
      answer = trial.run({odd * multiple, (odd + 2) * multiple}, output.name);
    }
    multiple /= 2;
  }
  if (!answer) fail("it does not run: " + trial.why_not);
  const bool is_ab = answer->channels == 2, is_distribution = answer->channels == 313;
  if (!is_ab && !is_distribution && answer->channels != 3)
    fail("it gives " + counted(static_cast<std::uint64_t>(answer->channels), "channel") +
         ", not 2 (a*b*), 3 (RGB) or 313 (a distribution)");

  // Guessed, from what comes out: numbers about 1 stand for the whole range.
  const bool is_small = std::max(std::abs(answer->least), std::abs(answer->greatest)) < 1.5;
  const std::string out = is_distribution        ? ""
                          : is_ab                ? (is_small ? "-1,1;-1,1" : "-128,128;-128,128")
                          : !is_small            ? "0,255;0,255;0,255"
                          : answer->least < -0.1 ? "-1,1;-1,1;-1,1"
                                                 : "0,1;0,1;0,1";
  const bool is_gray_rgb = kind->input == std::string("gray-rgb");
  std::string in = is_gray_rgb ? "0,1;0,1;0,1" : "0,100";
  const std::string hint = "-128,128;-128,128;0,1";
  if (kind->hints == std::string("planes")) in += ";" + hint;
  const std::vector<std::string> hint_ranges =
      channels.size() == 3 ? std::vector<std::string>{"-128,128;-128,128", "0,1"} : std::vector<std::string>{hint};

  std::string text =
      "# A draft, by gst-colorize networks add. What stands behind \"Check:\" is a guess.\n"
      "[modelinfo]\nversion=1.0\ngroup-id=" +
      name + "\n\n";
  text += is_gray_rgb ? "# Check: the numbers for black and white, for red, green and blue: 0,1 or 0,255 or -1,1. With "
                        "mean= and deviation= below\n# if it was trained so.\n"
                      : "# Check: the numbers for L* 0 and 100: 0,100 or -50,50 or 0,1 or -1,1.\n";
  for (std::size_t i = 0; i < graph.inputs.size(); ++i)
    text += group(graph.inputs[i], name + "-input-" + std::to_string(i), channels[i], "input",
                  i == 0 ? in : hint_ranges[i - 1]);
  if (is_distribution)
    text += "# Its numbers are logits, before a softmax.\n";
  else if (is_ab)
    text += "# Check: the numbers for a* and b* of -128 and 128.\n";
  else
    text += "# Check: the numbers for black and white.\n";
  text += group(output, name + "-output", answer->channels, "output", out);
  text += std::string("[colorize]\ninput=") + kind->input + "\nhints=" + kind->hints + "\noutput=" +
          (is_distribution ? "ab-distribution"
           : is_ab         ? "ab"
                           : "rgb") +
          "\n";
  if (is_distribution)
    text +=
        "# Check: an array of NumPy's, (313, 2), of the centres in the order of the channels; and the temperature.\n"
        "centres=pts_in_hull.npy\ntemperature=0.38\n";
  const int size = is_fixed ? std::max(sides[2], sides[3]) : std::max(1, usual_side / multiple) * multiple;
  if (!is_fixed) text += "# Check: the long side in pixels that it likes.\n";
  text += "size=" + std::to_string(size) + "\nmultiple=" + std::to_string(multiple) + "\nname=" + name + "\n";
  text += "# Check: say something of it in summary=, licence= and source=.\n";
  return text;
}

}  // namespace colorize::command
