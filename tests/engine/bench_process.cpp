// SPDX-License-Identifier: LGPL-2.1-or-later

// How long a frame of 1920x1080 takes, and where: `meson test --benchmark -v`, or with a network's name or path and the
// number of frames as arguments. The median of the frames counts; a busy machine shows in the fastest and the slowest.
// Where COLORIZE_BENCHMARK names a file, as it does by `meson test --benchmark`, the figures are also written there
// with what they were measured on: tests/compare_benchmarks.py compares two such files.
#include <glib.h>
#include <json-glib/json-glib.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <opencv2/core/utility.hpp>
#include <stdexcept>

#include "colorizer.h"
#include "inference.h"
#include "picture.h"

using namespace colorize;

struct Times {
  double median, fastest, slowest;  // ms
};

static double milliseconds(const std::function<void()>& work) {
  const gint64 start = g_get_monotonic_time();
  work();
  return static_cast<double>(g_get_monotonic_time() - start) / 1000;
}

static Times times_of(std::vector<double> times) {
  std::ranges::sort(times);
  return {times[times.size() / 2], times.front(), times.back()};
}

static Times measure(int rounds, const std::function<void()>& work) {
  work();  // makes tables and takes memory
  std::vector<double> times;
  for (int i = 0; i < rounds; ++i) times.push_back(milliseconds(work));
  return times_of(times);
}

/// As the system calls it.
static std::string processor() {
  constexpr std::string_view before = "model name\t: ";
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(before)) return line.substr(before.size());
  return "unknown";
}

/// A JSON file in the making.
class Record {
 public:
  Record(const std::string& network, const std::string& library, int frames) {
    begin();
    add("benchmark", "process");
    add("network", network);
    add("frames", frames);
    begin("machine");
    utsname system{};
    uname(&system);
    add("processor", processor());
    add("system", std::string(system.sysname) + " " + system.release + " " + system.machine);
    add("processors", static_cast<int>(g_get_num_processors()));
    add("threads", cv::getNumThreads());
    end();
    begin("versions");
    add("colorize", COLORIZE_VERSION);
    add("OpenCV", cv::getVersionString());
    add("engine", library);
#ifdef __clang__
    add("compiler", __VERSION__);  // with its name
#else
    add("compiler", "GCC " __VERSION__);
#endif
    add("build", BUILD_TYPE);
    end();
    json_builder_set_member_name(builder_.get(), "medians");
    json_builder_begin_array(builder_.get());
  }

  void add(const char* format, const char* step, const Times& times) {
    begin();
    add("format", format);
    add("step", step);
    add("median", times.median);
    add("fastest", times.fastest);
    add("slowest", times.slowest);
    end();
  }

  void write(const char* path) {
    json_builder_end_array(builder_.get());
    end();
    g_autoptr(JsonNode) root = json_builder_get_root(builder_.get());
    g_autofree gchar* text = json_to_string(root, TRUE);
    if (!(std::ofstream(path) << text << std::endl)) throw std::runtime_error(std::string(path) + " cannot be written");
  }

 private:
  void begin(const char* name = nullptr) {
    if (name) json_builder_set_member_name(builder_.get(), name);
    json_builder_begin_object(builder_.get());
  }
  void end() { json_builder_end_object(builder_.get()); }
  void add(const char* name, const std::string& text) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_string_value(builder_.get(), text.c_str());
  }
  void add(const char* name, int number) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_int_value(builder_.get(), number);
  }
  void add(const char* name, double number) {
    json_builder_set_member_name(builder_.get(), name);
    json_builder_add_double_value(builder_.get(), number);
  }

  std::unique_ptr<JsonBuilder, decltype(&g_object_unref)> builder_{json_builder_new(), g_object_unref};
};

/// The network by each library that is built in, on one thread and on two, in turns so that all meet the same machine.
static void measure_engines(const Model& model, int rounds, Record& record) {
  struct Case {
    int threads;
    Network network;
    std::vector<double> times = {};
  };
  std::vector<Case> cases;
  const int before = cv::getNumThreads();
  for (const Engine engine : {Engine::opencv, Engine::onnxruntime})
    for (const int threads : {1, 2}) {
      if (engine == Engine::onnxruntime && inference::onnxruntime::library().empty()) continue;
      cases.push_back({threads, Network(model, engine, threads)});
    }
  cv::Mat seen(cases[0].network.input_size({1920, 1080}, 0), CV_32F);
  cv::randu(seen, 0, 100);
  Ab ab;
  for (int i = -1; i < rounds; ++i)
    for (Case& one : cases) {
      cv::setNumThreads(one.threads);  // OpenCV's are those of the process
      const double time = milliseconds([&] { one.network.predict(seen, ab); });
      if (i >= 0) one.times.push_back(time);
    }
  cv::setNumThreads(before);
  for (const Case& one : cases) {
    const std::string what = one.network.library() + ", threads: " + std::to_string(one.threads);
    const Times times = times_of(one.times);
    std::printf("%-28s %7.2f (%.2f to %.2f)\n", what.c_str(), times.median, times.fastest, times.slowest);
    record.add("", what.c_str(), times);
  }
}

int main(int argc, char** argv) try {
  const std::string name = argc > 1 ? argv[1] : default_model;
  const int rounds = std::max(1, argc > 2 ? std::atoi(argv[2]) : 15);
  const Model model = find_model(name);
  Network network(model);
  Record record(name, network.library(), rounds);
  std::printf("network %s, %d frames of 1920x1080, %d threads; ms: median (fastest to slowest), share of process()\n",
              name.c_str(), rounds, cv::getNumThreads());
  for (const auto& format : {i420, nv12, rgb}) {
    Picture picture(format, 1920, 1080, 0);
    picture.paint_gray(
        [](int x, int y) { return 40 + (x / 8 + y / 8 + (x / 160 + y / 120) % 2 * 60) % 150 + noise(x, y) % 8; });
    const Frame& frame = picture.frame;

    Colorizer colorizer(network, frame);
    Lightness lightness;
    Chroma chroma(frame);
    cv::Mat seen;
    Ab ab;
    const cv::Size size = network.input_size({frame.width, frame.height}, 0);
    const auto see = [&] { seen = lightness.measure(frame, size); };
    const Times whole = measure(rounds, [&] { colorizer.process(frame, Settings{}); });
    const struct {
      const char* step;
      Times times;
    } steps[] = {{"lightness", measure(rounds, see)},
                 {"network", measure(rounds, [&] { network.predict(seen, ab); })},
                 {"upsampling and chroma", measure(rounds, [&] { chroma.write(frame, ab, seen, 0); })}};
    std::printf("%-5s %-22s %7.2f (%.2f to %.2f)\n", format.name, "process", whole.median, whole.fastest,
                whole.slowest);
    record.add(format.name, "process", whole);
    for (const auto& [step, times] : steps) {
      record.add(format.name, step, times);
      std::printf("%-5s %-22s %7.2f (%.2f to %.2f) %4.0f %%\n", "", step, times.median, times.fastest, times.slowest,
                  100 * times.median / whole.median);
    }
  }
  measure_engines(model, rounds, record);
  if (const char* path = std::getenv("COLORIZE_BENCHMARK")) record.write(path);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
