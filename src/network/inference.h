// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <atomic>
#include <memory>
#include <opencv2/core.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "onnx.h"

/// The seam to the inference libraries: behind it, and nowhere else, their headers are included.
namespace colorize::inference {

/// A library does not take a network or a run of it. `what` is its reason alone; who catches it knows what was tried
/// with which file.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Tensor {
  std::string name;  ///< may be empty with OpenCV, where a network has but one such
  cv::Mat values;    ///< CV_32F, of as many dims as the network wants
};

/// All that a run changes. One run at a time: what runs beside it needs a session of its own.
class Session {
 public:
  virtual ~Session() = default;

  virtual bool has_input(const std::string& name) const = 0;
  virtual bool has_output(const std::string& name) const = 0;

  /// The tensor `output` (as in Tensor::name), owned by the session and valid until its next run. Throws Refusal.
  virtual cv::Mat run(const std::vector<Tensor>& inputs, const std::string& output) = 0;
};

/// A network as it was read. Never changes, so that sessions in any number of threads share it.
class Loaded {
 public:
  explicit Loaded(OnnxGraph as_read) : graph(std::move(as_read)) { ++count_; }
  virtual ~Loaded() { --count_; }
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  /// Imports the network; `inputs` gives numbers to the dims that the file leaves open. Unless `graph.follows_size` the
  /// session is right only for inputs of these dims. Throws Refusal.
  virtual std::unique_ptr<Session> start(const std::vector<OnnxTensor>& inputs) const = 0;

  /// How many a run may use.
  virtual int threads() const = 0;

  const OnnxGraph graph;  ///< a Caffe network's has no inputs

 protected:
  /// Whether there is no other: while there is, its pictures may be on OpenCV's threads, whoever runs it.
  static bool is_alone() { return count_ == 1; }

 private:
  static inline std::atomic<int> count_;
};

namespace opencv {

/// Its name and version, for messages: "OpenCV 4.6.0".
std::string library();

/// OpenCV's threads are those of the process, and their number can change only while none of them works: the first
/// network decides, and `threads` of the others is not heard. 0: as many as there are.
std::shared_ptr<const Loaded> load_onnx(std::string file, int threads);

/// `structure`: the prototxt, of which all is used that `output` needs.
std::shared_ptr<const Loaded> load_caffe(std::string weights, const std::string& structure, std::string output,
                                         int threads);

}  // namespace opencv

namespace onnxruntime {

/// As above; empty where it is not built in.
std::string library();

/// `threads`: of all its sessions together, beside those that run them. `file` is not needed afterwards. Throws
/// Refusal.
std::shared_ptr<const Loaded> load_onnx(const std::string& file, int threads);

}  // namespace onnxruntime

}  // namespace colorize::inference
