// SPDX-License-Identifier: LGPL-2.1-or-later
#include <array>
#include <atomic>
#include <latch>
#include <map>
#include <opencv2/core/version.hpp>
#include <opencv2/imgproc.hpp>
#include <set>
#include <thread>

#include "check.h"
#include "inference.h"
#include "network.h"
#include "npy.h"
#include "reference.h"

using colorize::Ab, colorize::Engine, colorize::Error, colorize::Hints, colorize::Network, colorize::NumpyArray,
    colorize::find_model;
namespace fs = std::filesystem;

static fs::path models() { return source_root() / "tests/models"; }

static Network load(const fs::path& path, Engine engine = Engine::automatic, int threads = 0) {
  return Network(find_model(path.string()), engine, threads);
}

/// Those that are built in.
static std::vector<Engine> engines() {
  std::vector<Engine> all{Engine::opencv};
  if (!colorize::inference::onnxruntime::library().empty()) all.push_back(Engine::onnxruntime);
  return all;
}

static bool is_equal(const Ab& one, const Ab& other) {
  return cv::norm(one.a, other.a, cv::NORM_INF) == 0 && cv::norm(one.b, other.b, cv::NORM_INF) == 0;
}

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
    {"ab-mask-apart", 4, fifth, 1e-3},  // in two tensors
    {"rgb", 1, tinted, 0.5},            // OpenCV takes L*a*b* from a table of 33 x 33 x 33
    {"rgb-255", 1, tinted, 0.5},
    {"rgb-constant", 1, red, 0.1},
    {"distribution", 4, annealed_mean, 0.01},
    {"fixed", 4, counted, 1e-3},
    {"attention", 4, attention, 1e-3},
    {"attention-fixed", 4, attention, 1e-3},
    {"slow", 1, linear, 1e-3},
    {"not-black", 4, linear, 1e-3},
};

static void test_every_kind_of_network_gives_its_known_answer(Engine engine) {
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(models()))
    if (entry.path().extension() == ".onnx") there.insert(entry.path().stem());
  for (const auto& k : known) {
    expect(there.erase(k.name) == 1, "%s is not in tests/models", k.name);
    Network network = load(models() / (std::string(k.name) + ".onnx"), engine);
    g_assert_true(network.engine() == engine);
    Worst worst(network.library() + ", " + k.name);
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

/// Neither that of the process nor that of the network. OpenCV before 4.7 rounds by it.
static void test_the_thread_count_changes_no_bit(Engine engine) {
  const bool rounds = engine == Engine::opencv && CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR < 7;
  const int before = cv::getNumThreads();
  for (const char* name : {"distribution", "attention", "rgb", "colorize"}) {
    const std::string path = models() / (std::string(name) + ".onnx");
    std::map<int, Ab> first;  // by the picture's height
    Worst worst(name);
    for (int threads = 1; threads <= 4; ++threads)
      for (const int own : {0, 1, threads}) {
        cv::setNumThreads(threads);
        Network network = load(fs::exists(path) ? path : name, engine, own);
        g_assert_cmpint(network.threads(), ==, own > 0 ? own : threads);
        for (const int height : {9, 12}) {
          Ab ab;
          network.predict(ramp(network.input_size({16, height}, 0)), ab);
          Ab& wanted = first[height];
          if (wanted.a.empty()) wanted = {ab.a.clone(), ab.b.clone()};
          worst.add(cv::norm(ab.a, wanted.a, cv::NORM_INF));
          worst.add(cv::norm(ab.b, wanted.b, cv::NORM_INF));
        }
      }
    worst.within(rounds ? 1e-4 : 0);
  }
  cv::setNumThreads(before);
}

/// Both libraries say the same of every network, whatever the size, with and without hints.
static void test_engines_agree() {
  if (engines().size() < 2) return g_test_skip("ONNX Runtime is not built in");
  std::vector<std::string> all{colorize::default_model};
  for (const auto& entry : fs::directory_iterator(models()))
    if (entry.path().extension() == ".onnx") all.push_back(entry.path());
  for (const std::string& name : all) {
    Network one = load(name, Engine::opencv), other = load(name, Engine::onnxruntime);
    const bool takes_hints = find_model(name).info.hints != colorize::ModelInfo::HintInput::none;
    Worst worst(name);
    for (const cv::Size picture : {cv::Size(16, 9), cv::Size(4, 3), cv::Size(1, 1), cv::Size(9, 32), cv::Size(16, 9)})
      for (const bool hinted : {false, true}) {
        if (hinted && !takes_hints) continue;
        const cv::Size size = one.input_size(picture, 0);
        g_assert_true(other.input_size(picture, 0) == size);
        Hints hints;
        if (hinted) {
          hints = {{ramp(size), -ramp(size)}, cv::Mat::zeros(size, CV_32F)};
          hints.confidence.colRange(0, size.width / 3) = 1;
        }
        Ab by_one, by_other;
        one.predict(ramp(size), by_one, hints);
        other.predict(ramp(size), by_other, hints);
        g_assert_true(by_one.a.size() == by_other.a.size());
        worst.add(cv::norm(by_one.a, by_other.a, cv::NORM_INF));
        worst.add(cv::norm(by_one.b, by_other.b, cv::NORM_INF));
      }
    worst.within(1e-3);
  }
}

static void test_the_engine_is_chosen_by_what_is_there() {
  const std::string path = models() / "ab-linear.onnx";
  g_assert_true(load(path).engine() == engines().back());
  g_assert_true(load(path, Engine::opencv).engine() == Engine::opencv);
  g_assert_true(load(path).library().find(engines().size() > 1 ? "ONNX Runtime 1." : "OpenCV ") == 0);
  if (engines().size() > 1) {
    colorize::Model caffe{"film.caffemodel", find_model(path).info, "weights", "structure"};
    expect_error([&] { Network(caffe, Engine::onnxruntime); }, Error::Kind::settings,
                 {"film.caffemodel", "Caffe", "engine"}, "Caffe");
  } else {
    expect_error([&] { load(path, Engine::onnxruntime); }, Error::Kind::settings,
                 {"ONNX Runtime", "not built in", "engine"}, "what is not there");
  }
}

static void test_every_bad_network_is_refused_with_an_error_that_names_what_is_wrong(Engine engine) {
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
    expect_error([&] { load(entry.path(), engine); }, kind == kinds.end() ? Kind::settings : kind->second,
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

/// A channel of a tensor of that fixture.
static cv::Mat plane(const NumpyArray& tensor, int channel) {
  const int height = tensor.shape[2], width = tensor.shape[3];
  const auto first = static_cast<std::size_t>(channel) * height * width;
  return cv::Mat(height, width, CV_32F, const_cast<float*>(tensor.values.data() + first)).clone();
}

static constexpr double parity_budget = 0.01;  // a*b* units: a hundredth of what an eye can see

static void add_differences(Worst& worst, const Ab& got, const NumpyArray& wanted) {
  for (const auto& [one, channel] : {std::pair(got.a, 0), std::pair(got.b, 1)}) {
    const cv::Mat other = plane(wanted, channel);
    g_assert_true(one.size() == other.size());
    worst.add(cv::norm(one, other, cv::NORM_INF));
  }
}

static void test_the_shipped_network_gives_what_pytorch_gave(Engine engine) {
  if (!fs::exists(parity("auto_input.npy")))
    return g_test_skip("tests/data/parity is not there: models/export.py writes it");
  const auto model = find_model(colorize::default_model);
  // In the fixture as in the sidecar L* runs 0..100, a* and b* -128..128, confidence 0..1.
  const double highest[] = {100, 128, 128, 1};
  for (int i = 0; i < 4; ++i) g_assert_cmpfloat(model.info.inputs[0].ranges[i].high, ==, highest[i]);
  Network network(model, engine);
  for (const std::string name : {"auto", "hints"}) {
    const auto input = NumpyArray::load(parity((name + "_input.npy").c_str())),
               wanted = NumpyArray::load(parity((name + "_ab.npy").c_str()));
    const cv::Mat lightness = plane(input, 0);
    const Hints hints{{plane(input, 1), plane(input, 2)}, plane(input, 3)};
    g_assert_true((cv::countNonZero(hints.confidence) > 0) == (name == "hints"));
    g_assert_true(network.input_size(lightness.size(), lightness.cols) == lightness.size());
    Ab ab;
    network.predict(lightness, ab, hints);
    Worst worst(network.library() + " against PyTorch, " + name);
    add_differences(worst, ab, wanted);
    worst.within(parity_budget);

    Ab without;
    network.predict(lightness, without);
    const double heard = cv::norm(ab.a, without.a, cv::NORM_INF);
    if (name == "auto")
      g_assert_cmpfloat(heard, ==, 0);  // hints of nothing are no hints
    else
      g_assert_cmpfloat(heard, >, 5);
  }
}

/// In one tensor with the picture, in one beside it, and in two, in the ranges that these have.
static void test_hints_reach_the_network(Engine engine) {
  const cv::Mat lightness(64, 64, CV_32F, cv::Scalar(60));
  const auto all = [&](double value) { return cv::Mat(lightness.size(), CV_32F, cv::Scalar(value)); };
  Ab ab;
  for (const char* name : {"ab-planes", "ab-mask", "ab-mask-apart"})
    for (const double confidence : {0.0, 0.25, 1.0}) {
      load(models() / (std::string(name) + ".onnx"), engine)
          .predict(lightness, ab, {{all(30), all(-40)}, all(confidence)});
      Worst worst(std::string(name) + ", confidence " + std::to_string(confidence));
      worst.add(cv::norm(ab.a, cv::Mat(ab.a.size(), CV_32F, cv::Scalar(30 * confidence + 2)), cv::NORM_INF));
      worst.add(cv::norm(ab.b, cv::Mat(ab.b.size(), CV_32F, cv::Scalar(-40 * confidence - 2)), cv::NORM_INF));
      worst.within(1e-3);
    }
}

static void test_hints_need_a_network_that_takes_them() {
  const cv::Mat lightness = ramp({64, 64});
  const Hints hints{{lightness, lightness}, lightness};
  Ab ab;
  expect_error([&] { load(models() / "ab-linear.onnx").predict(lightness, ab, hints); }, Error::Kind::settings,
               {"ab-linear.onnx", "hints"}, "hints");
}

/// Copies share what was loaded; what a run changes is their own.
static void test_copies_run_at_the_same_time(Engine engine) {
  for (const char* name : {"distribution", "attention", "rgb"}) {
    Network network = load(models() / (std::string(name) + ".onnx"), engine);
    const std::vector<cv::Size> sizes{{64, 64}, {64, 24}, {16, 64}, {32, 32}};
    std::vector<Ab> wanted(sizes.size()), got(sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) network.predict(ramp(network.input_size(sizes[i], 0)), wanted[i]);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < sizes.size(); ++i)
      threads.emplace_back([&, i, copy = network]() mutable {
        for (int round = 0; round < 5; ++round) copy.predict(ramp(copy.input_size(sizes[i], 0)), got[i]);
      });
    for (auto& thread : threads) thread.join();
    for (std::size_t i = 0; i < sizes.size(); ++i) expect(is_equal(got[i], wanted[i]), "%s, size %zu", name, i);
  }
}

/// Who asks for files that somebody has loaded gets what they say now, whatever was loaded of that name.
static void test_what_is_shared_is_of_just_these_files() {
  const TemporaryFolder folder;
  const auto path = (folder.path / "net.onnx").string();
  const auto load_copy = [&](const char* weights, const char* sidecar) {
    fs::copy(models() / (weights + std::string(".onnx")), path, fs::copy_options::overwrite_existing);
    fs::copy(models() / (sidecar + std::string(".onnx.modelinfo")), path + ".modelinfo",
             fs::copy_options::overwrite_existing);
    return Network::shared(find_model(path));
  };
  const auto said = [](Network network) {
    Ab ab;
    network.predict(cv::Mat(36, 64, CV_32F, cv::Scalar(70)), ab);
    return ab.a.at<float>(3, 5);
  };
  const Network first = load_copy("ab-linear", "ab-linear"), same = load_copy("ab-linear", "ab-linear");
  const Network other_sidecar = load_copy("ab-linear", "ab-linear-centred");
  const Network other_weights = load_copy("ab-linear-centred", "ab-linear-centred");
  const Network again = load_copy("ab-linear", "ab-linear");
  for (const auto& [network, a] :
       {std::pair(first, 20.0), {same, 20.0}, {other_sidecar, -30.0}, {other_weights, 20.0}, {again, 20.0}})
    g_assert_cmpfloat(std::abs(said(network) - a), <, 1e-3);
}

/// How many answers others got, at most, between somebody's asking and his own; each asks again at once, `rounds`
/// times.
static int longest_wait(const Network& network, int askers, int rounds) {
  std::vector<Ab> wanted(static_cast<std::size_t>(askers));
  const auto picture = [](std::size_t asker) {
    return cv::Mat(ramp({640, 360}) * (1 - 0.05 * static_cast<double>(asker)));
  };  // a run is longer than a thread's share of a core
  Network alone = network;
  for (std::size_t i = 0; i < wanted.size(); ++i) alone.predict(picture(i), wanted[i]);
  std::atomic<int> answers = 0, wrong = 0, longest = 0;
  std::latch begin(askers);
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < wanted.size(); ++i)
    threads.emplace_back([&, i, copy = network]() mutable {
      const cv::Mat asked = picture(i);
      Ab got;
      begin.arrive_and_wait();
      for (int round = 0; round < rounds; ++round) {
        const int before = answers;
        copy.predict(asked, got);
        const int waited = answers++ - before;
        for (int most = longest; waited > most && !longest.compare_exchange_weak(most, waited);) continue;
        wrong += !is_equal(got, wanted[i]);
      }
    });
  threads.clear();
  g_assert_cmpint(wrong, ==, 0);
  return longest;
}

/// More at once than there are runs to lend: each gets its own answer, and soon its next turn. A system that is busy
/// may keep a thread from its turn for long, though hardly in every run; who takes no turns waits for nearly all
/// others' rounds.
static void test_who_shares_a_network_takes_turns() {
  const Network network = load(models() / "distribution.onnx");
  constexpr int askers = 12, rounds = 12;
  int longest = askers * rounds;
  for (int run = 0; run < 5 && longest > 3 * askers; ++run)
    longest = std::min(longest, longest_wait(network, askers, rounds));
  g_test_message("one waits for at most %d answers to others, of %d who ask", longest, askers);
  expect(longest <= 3 * askers, "one waits for %d answers to others", longest);
}

/// Adds a test for each engine; it is skipped where that is not built in.
template <void (*test)(Engine)>
static void add(const std::string& path) {
  static constexpr Engine opencv = Engine::opencv, onnxruntime = Engine::onnxruntime;
  for (const auto& [name, engine] : {std::pair("/opencv", &opencv), {"/onnxruntime", &onnxruntime}})
    g_test_add_data_func((path + name).c_str(), engine, [](gconstpointer data) {
      const Engine one = *static_cast<const Engine*>(data);
      if (std::ranges::count(engines(), one) == 0) return g_test_skip("ONNX Runtime is not built in");
      test(one);
    });
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  add<test_every_kind_of_network_gives_its_known_answer>("/network/every-kind-gives-its-known-answer");
  g_test_add_func("/network/the-input-fits-the-picture-and-the-network",
                  test_the_input_fits_the_picture_and_the_network);
  g_test_add_func("/network/a-graph-that-reshapes-keeps-the-size-that-it-was-made-for",
                  test_a_graph_that_reshapes_keeps_the_size_that_it_was_made_for);
  add<test_the_thread_count_changes_no_bit>("/network/the-thread-count-changes-no-bit");
  g_test_add_func("/network/engines-agree", test_engines_agree);
  g_test_add_func("/network/the-engine-is-chosen-by-what-is-there", test_the_engine_is_chosen_by_what_is_there);
  add<test_every_bad_network_is_refused_with_an_error_that_names_what_is_wrong>(
      "/network/every-bad-one-is-refused-with-an-error-that-names-what-is-wrong");
  add<test_the_shipped_network_gives_what_pytorch_gave>("/network/the-shipped-one-gives-what-pytorch-gave");
  add<test_hints_reach_the_network>("/network/hints-reach-it");
  g_test_add_func("/network/hints-need-one-that-takes-them", test_hints_need_a_network_that_takes_them);
  add<test_copies_run_at_the_same_time>("/network/copies-run-at-the-same-time");
  g_test_add_func("/network/what-is-shared-is-of-just-these-files", test_what_is_shared_is_of_just_these_files);
  g_test_add_func("/network/who-shares-a-network-takes-turns", test_who_shares_a_network_takes_turns);
  return g_test_run();
}
