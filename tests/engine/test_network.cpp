// SPDX-License-Identifier: LGPL-2.1-or-later
#include <map>
#include <opencv2/dnn.hpp>
#include <opencv2/imgproc.hpp>
#include <set>

#include "check.h"
#include "network.h"
#include "npy.h"
#include "onnx.h"
#include "reference.h"

using colorize::Ab, colorize::Error, colorize::Network, colorize::NumpyArray, colorize::find_model;
namespace fs = std::filesystem;

static fs::path models() { return source_root() / "tests/models"; }

static Network load(const fs::path& path) { return Network(find_model(path.string())); }

/// L* with all values in it and a slope that differs across and down.
static cv::Mat ramp(cv::Size size) {
  cv::Mat lightness(size, CV_32F);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      lightness.at<float>(y, x) =
          static_cast<float>(100.0 * (0.7 * x / (size.width - 1) + 0.3 * y / (size.height - 1)));
  return lightness;
}

struct Colour {
  double a, b;
};

/// What a network of tests/models must give, see tests/models/generate.py.
struct Known {
  const char* name;
  int shrinks;  ///< a pixel of the answer stands for that many squared of L*
  Colour (*answer)(const cv::Mat& lightness, int x, int y);  ///< of the mean L* of the answer's pixels
  double tolerance;
};

static Colour constant(const cv::Mat&, int, int) { return {20, -30}; }

static Colour linear(const cv::Mat& lightness, int x, int y) {
  const double l = lightness.at<float>(y, x);
  return {l - 50, 50 - l};
}

static Colour fifth(const cv::Mat& lightness, int x, int y) {
  const auto [a, b] = linear(lightness, x, y);
  return {a / 5, b / 5};
}

static Colour counted(const cv::Mat& lightness, int x, int y) {
  const auto [a, b] = linear(lightness, x, y);
  return {a + x, b + y};
}

static Colour red(const cv::Mat&, int, int) { return {80.09, 67.20}; }

static Colour tinted(const cv::Mat& lightness, int x, int y) {
  const double l = lightness.at<float>(y, x);
  const double luminance = reference::f_inverse((l + 16) / 116), g = reference::from_linear(luminance);
  const auto lab = reference::lab_of_rgb({g, 0.8 * g, 0.6 * g}, colorize::Primaries::bt709);
  return {lab[1], lab[2]};
}

/// Zhang et al. 2016, equation 5, with the bins and logits of generate.py.
static Colour annealed_mean(const cv::Mat& lightness, int x, int y) {
  const double l = lightness.at<float>(y, x);
  const Colour centres[] = {{0, 0}, {40, 20}, {-30, 40}, {-20, -40}, {60, -30}};
  double sum = 0, a = 0, b = 0;
  for (int k = 0; k < 5; ++k) {
    const double logit = (25 * k * l - 25 * k * 25 * k / 2.0) / 400, share = std::exp(logit / 0.38);
    sum += share, a += share * centres[k].a, b += share * centres[k].b;
  }
  return {a / sum, b / sum};
}

/// Of the whole picture at each of its pixels: what a wrong shape anywhere in the graph would mix up.
static Colour attention(const cv::Mat& lightness, int x, int y) {
  const double query = lightness.at<float>(y, x) - 50;
  double sum = 0, a = 0;
  std::for_each(lightness.begin<float>(), lightness.end<float>(), [&](float l) {
    const double distance = l - 50, share = std::exp(query * distance / 500);
    sum += share;
    a += share * distance;
  });
  return {a / sum, -a / sum};
}

static const Known known[] = {
    {"ab-constant", 4, constant, 1e-4},
    {"ab-linear", 1, linear, 1e-3},
    {"ab-linear-centred", 1, linear, 1e-3},
    {"ab-linear-unit", 1, linear, 1e-3},
    {"ab-planes", 4, fifth, 1e-3},
    {"ab-mask", 4, fifth, 1e-3},
    {"rgb", 1, tinted, 0.5},  // OpenCV takes L*a*b* from a table of 33 x 33 x 33
    {"rgb-255", 1, tinted, 0.5},
    {"rgb-constant", 1, red, 0.1},
    {"distribution", 4, annealed_mean, 0.01},
    {"fixed", 4, counted, 1e-3},
    {"attention", 4, attention, 1e-3},
    {"attention-fixed", 4, attention, 1e-3},
};

static void test_every_kind_of_network_gives_its_known_answer() {
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(models()))
    if (entry.path().extension() == ".onnx") there.insert(entry.path().stem());
  for (const auto& k : known) {
    expect(there.erase(k.name) == 1, "%s is not in tests/models", k.name);
    Network network = load(models() / (std::string(k.name) + ".onnx"));
    Worst worst(k.name);
    // Several sizes one after the other: nothing may be left of the one before.
    for (const cv::Size picture : {cv::Size(64, 64), cv::Size(64, 24), cv::Size(16, 64), cv::Size(64, 64)}) {
      const cv::Size size = network.input_size(picture, 0);
      const cv::Mat lightness = ramp(size);
      Ab ab;
      network.predict(lightness, ab);
      const cv::Size answer(size.width / k.shrinks, size.height / k.shrinks);
      expect(ab.a.size() == answer && ab.b.size() == answer && ab.a.type() == CV_32F, "%s: %dx%d", k.name, ab.a.cols,
             ab.a.rows);
      cv::Mat means;
      cv::resize(lightness, means, answer, 0, 0, cv::INTER_AREA);
      for (int y = 0; y < answer.height; ++y)
        for (int x = 0; x < answer.width; ++x) {
          const Colour wanted = k.answer(means, x, y);
          worst.add(std::abs(ab.a.at<float>(y, x) - wanted.a));
          worst.add(std::abs(ab.b.at<float>(y, x) - wanted.b));
        }
    }
    worst.within(k.tolerance);
  }
  for (const auto& name : there) expect(false, "%s.onnx of tests/models is not tested", name.c_str());
}

static void test_the_input_fits_the_picture_and_the_network() {
  Network free = load(models() / "ab-constant.onnx"), fixed = load(models() / "fixed.onnx");  // size 64, multiple 4
  const struct {
    cv::Size picture;
    int long_side;
    cv::Size wanted;
  } cases[] = {{{1920, 1080}, 0, {64, 36}}, {{1080, 1920}, 0, {36, 64}},     {{64, 64}, 0, {64, 64}},
               {{16, 16}, 0, {64, 64}},     {{1920, 1080}, 256, {256, 144}}, {{1920, 1080}, 33, {32, 20}},
               {{1, 1}, 0, {64, 64}},       {{8192, 1}, 0, {64, 4}},         {{1, 8192}, 0, {4, 64}},
               {{1920, 1080}, 1, {4, 4}}};
  for (const auto& c : cases) {
    const cv::Size got = free.input_size(c.picture, c.long_side);
    expect(got == c.wanted, "%dx%d at %d: %dx%d", c.picture.width, c.picture.height, c.long_side, got.width,
           got.height);
    expect(fixed.input_size(c.picture, 0) == cv::Size(64, 64), "a fixed size is not kept");
  }
  g_assert_true(fixed.input_size({1920, 1080}, 64) == cv::Size(64, 64));
  expect_error(
      [&] {
        fixed.input_size({1920, 1080}, 128);
      },
      Error::Kind::settings, {"fixed.onnx", "64x64", "inference-size"}, "another size");
}

static void test_a_graph_that_reshapes_keeps_the_size_that_it_was_made_for() {
  Network network = load(models() / "attention-fixed.onnx");  // its sidecar leaves the sides open
  g_assert_true(network.input_size({64, 64}, 0) == cv::Size(64, 36));
  expect_error(
      [&] {
        network.input_size({64, 36}, 128);
      },
      Error::Kind::settings, {"attention-fixed.onnx", "64x36", "inference-size"}, "another size");
}

static void test_the_thread_count_changes_no_bit() {
  Network network = load(models() / "distribution.onnx");
  const int before = cv::getNumThreads();
  Ab first;
  for (int threads = 1; threads <= 4; ++threads) {
    cv::setNumThreads(threads);
    Ab ab;
    network.predict(ramp({64, 48}), ab);
    if (first.a.empty()) first = {ab.a.clone(), ab.b.clone()};
    expect(cv::norm(ab.a, first.a, cv::NORM_INF) == 0 && cv::norm(ab.b, first.b, cv::NORM_INF) == 0, "%d threads",
           threads);
  }
  cv::setNumThreads(before);
}

static void test_every_bad_network_is_refused_with_an_error_that_names_what_is_wrong() {
  using Kind = Error::Kind;
  const std::map<std::string, Kind> kinds = {
      {"missing-sidecar", Kind::not_found},
      {"missing-centres", Kind::not_found},
      {"corrupt", Kind::network},
      {"empty", Kind::network},
      {"text", Kind::network},
      {"three-channels", Kind::network},
      {"flat-output", Kind::network},
      {"wrong-input-channels", Kind::network},
      {"wrong-input-name", Kind::network},
      {"wrong-output-name", Kind::network},
      {"unsupported-operator", Kind::network},
      {"unknown-operator", Kind::network},
      {"not-finite", Kind::network},
  };  // the others contradict their sidecar, or it does itself
  GKeyFile* errors = g_key_file_new();
  if (!g_key_file_load_from_file(errors, (models() / "bad/errors.ini").c_str(), G_KEY_FILE_NONE, nullptr))
    g_error("tests/models/bad/errors.ini cannot be read");
  int count = 0;
  for (const auto& entry : fs::directory_iterator(models() / "bad")) {
    if (entry.path().extension() != ".onnx") continue;
    const std::string name = entry.path().stem();
    gchar* word = g_key_file_get_string(errors, "mentions", name.c_str(), nullptr);
    expect(word != nullptr, "%s is not in errors.ini", name.c_str());
    const auto kind = kinds.find(name);
    // Centres that are there but wrong are named by their own file; everything else by the network's or its sidecar's.
    const bool own_file = word && std::string(word).ends_with(".npy");
    expect_error([&] { load(entry.path()); }, kind == kinds.end() ? Kind::settings : kind->second,
                 {word ? word : "", own_file ? "" : name + ".onnx"}, name);
    g_free(word);
    ++count;
  }
  gsize listed = 0;
  g_strfreev(g_key_file_get_keys(errors, "mentions", &listed, nullptr));
  g_assert_cmpint(count, ==, static_cast<int>(listed));
  g_assert_cmpint(count, >, 30);
  g_key_file_unref(errors);
}

/// Tensors that PyTorch computed when the network was exported, see models/export.py.
static fs::path parity(const char* name) { return source_root() / "tests/data/parity" / name; }

static cv::Mat tensor(const NumpyArray& array) {
  return cv::Mat(array.shape, CV_32F, const_cast<float*>(array.values.data())).clone();
}

static double worst_difference(const float* one, const float* other, std::size_t count) {
  double worst = 0;
  for (std::size_t i = 0; i < count; ++i) worst = std::max(worst, std::abs(static_cast<double>(one[i]) - other[i]));
  return worst;
}

static constexpr double parity_budget = 0.01;  // a*b* units: a hundredth of what an eye can see

static void test_the_shipped_network_gives_what_pytorch_gave() {
  if (!fs::exists(parity("auto_input.npy")))
    return g_test_skip("tests/data/parity is not there: models/export.py writes it");
  const auto input = NumpyArray::load(parity("auto_input.npy")), wanted = NumpyArray::load(parity("auto_ab.npy"));
  const auto model = find_model(colorize::default_model);
  const int height = input.shape[2], width = input.shape[3];
  const std::size_t plane = static_cast<std::size_t>(height) * width;
  // In the fixture as in the sidecar L* runs 0..100, and hints of nothing are zeros.
  g_assert_cmpfloat(model.info.inputs[0].ranges[0].high, ==, 100);
  for (std::size_t i = plane; i < 4 * plane; ++i) g_assert_cmpfloat(input.values[i], ==, 0);

  Network network(model);
  g_assert_true(network.input_size({width, height}, width) == cv::Size(width, height));
  Ab ab;
  network.predict(cv::Mat(height, width, CV_32F, const_cast<float*>(input.values.data())), ab);
  g_assert_true(ab.size() == cv::Size(wanted.shape[3], wanted.shape[2]));
  const std::size_t half = wanted.values.size() / 2;
  Worst worst("cv::dnn against PyTorch, no hints");
  worst.add(worst_difference(ab.a.ptr<float>(), wanted.values.data(), half));
  worst.add(worst_difference(ab.b.ptr<float>(), wanted.values.data() + half, half));
  worst.within(parity_budget);
}

/// Straight through cv::dnn, for this tensor has hints.
static void test_cv_dnn_gives_what_pytorch_gave_with_hints() {
  if (!fs::exists(parity("hints_input.npy")))
    return g_test_skip("tests/data/parity is not there: models/export.py writes it");
  const auto input = NumpyArray::load(parity("hints_input.npy")), wanted = NumpyArray::load(parity("hints_ab.npy"));
  const std::string sized =
      colorize::with_input_dims(find_model(colorize::default_model).weights, {{"input", input.shape}});
  auto net = cv::dnn::readNetFromONNX(sized.data(), sized.size());
  net.setInput(tensor(input));
  const cv::Mat output = net.forward();
  g_assert_true(output.total() == wanted.values.size());
  Worst worst("cv::dnn against PyTorch, with hints");
  worst.add(worst_difference(output.ptr<float>(), wanted.values.data(), wanted.values.size()));
  worst.within(parity_budget);
  // The hints were heard: without them PyTorch gave something else.
  const auto without = NumpyArray::load(parity("auto_ab.npy"));
  g_assert_cmpfloat(worst_difference(output.ptr<float>(), without.values.data(), without.values.size()), >, 5);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/network/every-kind-gives-its-known-answer", test_every_kind_of_network_gives_its_known_answer);
  g_test_add_func("/network/the-input-fits-the-picture-and-the-network",
                  test_the_input_fits_the_picture_and_the_network);
  g_test_add_func("/network/a-graph-that-reshapes-keeps-the-size-that-it-was-made-for",
                  test_a_graph_that_reshapes_keeps_the_size_that_it_was_made_for);
  g_test_add_func("/network/the-thread-count-changes-no-bit", test_the_thread_count_changes_no_bit);
  g_test_add_func("/network/every-bad-one-is-refused-with-an-error-that-names-what-is-wrong",
                  test_every_bad_network_is_refused_with_an_error_that_names_what_is_wrong);
  g_test_add_func("/network/the-shipped-one-gives-what-pytorch-gave", test_the_shipped_network_gives_what_pytorch_gave);
  g_test_add_func("/network/cv-dnn-gives-what-pytorch-gave-with-hints", test_cv_dnn_gives_what_pytorch_gave_with_hints);
  return g_test_run();
}
