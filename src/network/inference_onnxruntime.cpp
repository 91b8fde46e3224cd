// SPDX-License-Identifier: LGPL-2.1-or-later
#include <onnxruntime_cxx_api.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <limits>
#include <mutex>
#include <streambuf>

#include "inference.h"

namespace colorize::inference {

namespace {

/// What `act` gives; the library's exceptions become refusals, of one line each.
template <typename Act>
auto refusing(const Act& act) try {
  return act();
} catch (const Ort::Exception& e) {
  std::string reason = e.what();
  std::ranges::replace(reason, '\n', ' ');
  throw Refusal(reason);
}

/// As long as the first one is there, std::cerr says nothing: Debian's library tells it of every operator, thousands of
/// lines, as it makes a process's first session, that two of its parts bring it.
class Silence {
 public:
  Silence() : lock_(one_at_a_time_), before_(was_there_ ? nullptr : std::cerr.rdbuf(nothing_)) {}
  ~Silence() {
    if (before_) std::cerr.rdbuf(before_);
    was_there_ = true;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  struct Nothing final : std::streambuf {
    int_type overflow(int_type c) override { return traits_type::not_eof(c); }
  };

  static inline Nothing* const nothing_ = new Nothing;  // for good: another thread may be writing into it
  static inline std::mutex one_at_a_time_;
  static inline bool was_there_ = false;

  const std::lock_guard<std::mutex> lock_;
  std::streambuf* const before_;
};

Ort::MemoryInfo memory_info() { return Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault); }

/// The library's environment, of which a process has but one, however many handles. Its networks share one pool of
/// memory, so that many need little more than one, and which ends where it is sensible here: a few bytes of a file can
/// ask for any size.
Ort::Env environment() {
  Ort::Env env(ORT_LOGGING_LEVEL_FATAL, "colorize");
  env.DisableTelemetryEvents();
  const auto most =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) / 2;
  constexpr int as_requested = 1, usual = -1;
  try {
    env.CreateAndRegisterAllocator(memory_info(), Ort::ArenaCfg(most, as_requested, usual, usual));
  } catch (const Ort::Exception&) {
    // It is there: another network made it.
  }
  return env;
}

Ort::SessionOptions options_for(int threads) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(threads);
  // Who waits for work burns no core that another needs.
  options.AddConfigEntry("session.intra_op.allow_spinning", "0");
  options.AddConfigEntry("session.use_env_allocators", "1");
  // It would work out what a file makes of its constants alone in memory of its own, which does not end.
  options.AddConfigEntry("optimization.disable_specified_optimizers", "ConstantFolding");
  options.SetDeterministicCompute(true);
  options.SetLogSeverityLevel(ORT_LOGGING_LEVEL_FATAL);  // what it has to say is in its exceptions too
  return options;
}

/// The library's session, which may run in several threads at once and at any size.
struct Graph {
  Graph(const std::string& file, int threads)
      : env(environment()), session(env, file.data(), file.size(), options_for(threads)) {
    const Ort::AllocatorWithDefaultOptions allocator;
    for (std::size_t i = 0; i < session.GetInputCount(); ++i)
      inputs.emplace_back(session.GetInputNameAllocated(i, allocator).get());
    for (std::size_t i = 0; i < session.GetOutputCount(); ++i)
      outputs.emplace_back(session.GetOutputNameAllocated(i, allocator).get());
  }

  Ort::Env env;
  mutable Ort::Session session;  // of which a run changes nothing, though none of its methods says so
  std::vector<std::string> inputs, outputs;
};

class RuntimeSession final : public Session {
 public:
  explicit RuntimeSession(std::shared_ptr<const Graph> graph) : graph_(std::move(graph)) {}

  bool has_input(const std::string& name) const override { return std::ranges::count(graph_->inputs, name) > 0; }
  bool has_output(const std::string& name) const override { return std::ranges::count(graph_->outputs, name) > 0; }

  cv::Mat run(const std::vector<Tensor>& inputs, const std::string& output) override {
    return refusing([&] {
      std::vector<const char*> names;
      std::vector<Ort::Value> values;
      for (const Tensor& input : inputs) {
        const std::vector<std::int64_t> dims(input.values.size.p, input.values.size.p + input.values.dims);
        names.push_back(input.name.c_str());
        values.push_back(Ort::Value::CreateTensor<float>(memory_info_, const_cast<float*>(input.values.ptr<float>()),
                                                         input.values.total(), dims.data(), dims.size()));
      }
      const char* const wanted = output.c_str();
      auto results = graph_->session.Run(Ort::RunOptions(), names.data(), values.data(), values.size(), &wanted, 1);
      result_ = std::move(results[0]);
      if (!result_.IsTensor() ||
          result_.GetTensorTypeAndShapeInfo().GetElementType() != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
        throw Refusal("what it gives are no floating-point numbers of 32 bits");
      const auto shape = result_.GetTensorTypeAndShapeInfo().GetShape();
      if (shape.empty() || shape.size() > CV_MAX_DIM ||
          !std::ranges::all_of(shape, [](auto side) { return side > 0 && side <= std::numeric_limits<int>::max(); }))
        throw Refusal("what it gives is no picture");
      const std::vector<int> dims(shape.begin(), shape.end());
      return cv::Mat(dims, CV_32F, result_.GetTensorMutableData<float>());
    });
  }

 private:
  const std::shared_ptr<const Graph> graph_;
  const Ort::MemoryInfo memory_info_ = memory_info();
  Ort::Value result_{nullptr};
};

class Runtime final : public Loaded {
 public:
  Runtime(const std::string& file, int threads)
      : Loaded(OnnxGraph::read(file)), threads_(threads), loaded_(refusing([&] {
          const Silence silence;
          return std::make_shared<const Graph>(file, threads);
        })) {}

  std::unique_ptr<Session> start(const std::vector<OnnxTensor>&) const override {
    return std::make_unique<RuntimeSession>(loaded_);
  }

  int threads() const override { return threads_; }

 private:
  const int threads_;
  const std::shared_ptr<const Graph> loaded_;
};

}  // namespace

std::string onnxruntime::library() { return "ONNX Runtime " + Ort::GetVersionString(); }

std::shared_ptr<const Loaded> onnxruntime::load_onnx(const std::string& file, int threads) {
  return std::make_shared<Runtime>(file, threads);
}

}  // namespace colorize::inference
