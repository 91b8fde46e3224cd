// SPDX-License-Identifier: LGPL-2.1-or-later

// Small networks of the shape of Zhang 2017, DeOldify and DDColor (tests/make_networks.py): what PyTorch made of a
// picture in double precision comes out of each engine, and what an engine lacks is named.
#include <opencv2/core/version.hpp>

#include "check.h"
#include "inference.h"
#include "network.h"
#include "npy.h"
#include "reference.h"

using colorize::Ab, colorize::Engine, colorize::Error, colorize::Hints, colorize::Model, colorize::Network,
    colorize::NumpyArray, colorize::find_model;
namespace fs = std::filesystem;

/// What OpenCV 4.6 gets wrong, and what 4.8 lacks.
static constexpr const char* lacks = CV_VERSION_MINOR < 7 ? "(Sub)" : "Einsum";

static fs::path file(const std::string& name) { return source_root() / "tests/models/architectures" / name; }

/// A channel as a picture, its values times `scale` plus `offset`.
static cv::Mat plane(const NumpyArray& array, std::size_t channel, double scale = 1, double offset = 0) {
  const int height = static_cast<int>(array.shape[2]), width = static_cast<int>(array.shape[3]);
  const std::size_t size = array.shape[2] * array.shape[3];
  cv::Mat result;
  cv::Mat(height, width, CV_32F, const_cast<float*>(array.values.data() + channel * size))
      .convertTo(result, CV_32F, scale, offset);
  return result;
}

/// L* of gray R'G'B' 0..1.
static cv::Mat lightness_of(cv::Mat gray) {
  gray.forEach<float>([](float& v, const int*) { v = static_cast<float>(reference::lightness_of_gray(v)); });
  return gray;
}

/// a*b* of R'G'B' in ImageNet's numbers, of which the network may give more than there are.
static Ab ab_of(const NumpyArray& rgb) {
  constexpr double mean[] = {0.485, 0.456, 0.406}, deviation[] = {0.229, 0.224, 0.225};
  std::array<cv::Mat, 3> planes;
  for (std::size_t i = 0; i < 3; ++i) planes[i] = plane(rgb, i, deviation[i], mean[i]);
  Ab ab{planes[0].clone(), planes[1].clone()};
  ab.a.forEach<float>([&](float& a, const int* at) {
    reference::Triple v;
    for (int i = 0; i < 3; ++i) v[i] = std::clamp(planes[static_cast<std::size_t>(i)].at<float>(at), 0.0F, 1.0F);
    const auto lab = reference::lab_of_rgb(v, colorize::Primaries::bt709);
    a = static_cast<float>(lab[1]);
    ab.b.at<float>(at) = static_cast<float>(lab[2]);
  });
  return ab;
}

static double worst_of(const Ab& one, const Ab& other) {
  return std::max(cv::norm(one.a, other.a, cv::NORM_INF), cv::norm(one.b, other.b, cv::NORM_INF));
}

static Ab predicted(Network& network, const cv::Mat& lightness, const Hints& hints = {}) {
  g_assert_true(network.input_size(lightness.size(), 0) == lightness.size());
  Ab ab;
  network.predict(lightness, ab, hints);
  return {ab.a.clone(), ab.b.clone()};
}

static Network load(const std::string& name, Engine engine) {
  return Network(find_model(file(name + ".onnx").string()), engine);
}

static void compare(const std::string& what, const Ab& got, const Ab& wanted, double budget) {
  g_assert_true(got.a.size() == wanted.a.size());
  Worst worst(what);
  worst.add(worst_of(got, wanted));
  worst.within(budget);
  cv::Scalar mean, spread;
  cv::meanStdDev(wanted.a, mean, spread);
  g_assert_cmpfloat(spread[0], >, 1);  // it is no flat colour that agrees
}

/// L*, a*b* of hints and their mask: as one tensor, and as three.
static void test_zhang2017(Engine engine) {
  const auto input = NumpyArray::load(file("zhang2017-input.npy")),
             output = NumpyArray::load(file("zhang2017-output.npy"));
  const cv::Mat lightness = plane(input, 0);
  const Hints hints{{plane(input, 1), plane(input, 2)}, plane(input, 3)};
  Ab plain;
  for (const std::string name : {"zhang2017", "zhang2017-planes"}) {
    Network network = load(name, engine);
    compare(network.library() + ", " + name, predicted(network, lightness, hints), {plane(output, 0), plane(output, 1)},
            0.05);
    const Ab without = predicted(network, lightness);
    const cv::Rect hinted(0, 0, lightness.cols / 3, lightness.rows);
    g_assert_cmpfloat(cv::norm(without.a(hinted), plane(output, 0)(hinted), cv::NORM_INF), >, 5);
    if (!plain.a.empty()) compare("both forms without hints", without, plain, 0.001);
    plain = without;
    // Its sides are open.
    Ab wide;
    network.predict(cv::Mat(40, 72, CV_32F, cv::Scalar(60)), wide);
    g_assert_true(wide.a.size() == cv::Size(72, 40));
  }
}

static void test_deoldify(Engine engine) {
  const auto input = NumpyArray::load(file("deoldify-input.npy")),
             output = NumpyArray::load(file("deoldify-output.npy"));
  Network network = load("deoldify", engine);  // 0.5: OpenCV takes L*a*b* from a table of 33 x 33 x 33
  const cv::Mat lightness = lightness_of(plane(input, 0, 0.229, 0.485));
  compare(network.library() + ", deoldify", predicted(network, lightness), ab_of(output), 0.5);
  // Attention has to be imported anew for another size.
  Ab wide;
  network.predict(cv::Mat(32, 96, CV_32F, cv::Scalar(60)), wide);
  g_assert_true(wide.a.size() == cv::Size(96, 32));
  compare("again", predicted(network, lightness), ab_of(output), 0.5);
}

static void test_ddcolor(Engine engine) {
  if (engine == Engine::opencv && CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR < 10) {
    expect_error([] { load("ddcolor", Engine::opencv); }, Error::Kind::network,
                 {"ddcolor.onnx", "OpenCV " CV_VERSION, lacks}, "an operator");
    return;
  }
  const auto input = NumpyArray::load(file("ddcolor-input.npy")), output = NumpyArray::load(file("ddcolor-output.npy"));
  Network network = load("ddcolor", engine);
  compare(network.library() + ", ddcolor", predicted(network, lightness_of(plane(input, 0))),
          {plane(output, 0), plane(output, 1)}, 0.05);
}

template <void test(Engine), Engine engine>
static void run() {
  test(engine);
}

template <Engine engine>
static void add_tests(const std::string& name) {
  g_test_add_func(("/architectures/zhang2017" + name).c_str(), run<test_zhang2017, engine>);
  g_test_add_func(("/architectures/deoldify" + name).c_str(), run<test_deoldify, engine>);
  g_test_add_func(("/architectures/ddcolor" + name).c_str(), run<test_ddcolor, engine>);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  add_tests<Engine::opencv>("/opencv");
  if (!colorize::inference::onnxruntime::library().empty()) add_tests<Engine::onnxruntime>("/onnxruntime");
  return g_test_run();
}
