// SPDX-License-Identifier: LGPL-2.1-or-later

// A network of the full shape of Zhang, Isola and Efros 2016, with seeded weights, made here and now: what comes out of
// the engine is what OpenCV's colorization sample makes of the same picture.
#include <opencv2/core/version.hpp>

#include "check.h"
#include "colorizer.h"
#include "picture.h"

using colorize::Colorizer, colorize::Network, colorize::Settings;
namespace fs = std::filesystem;

static constexpr const char* python = "/usr/bin/python3";

static bool run(std::vector<std::string> words) {
  std::vector<gchar*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  gchar* errors = nullptr;
  gint status = 0;
  const bool started = g_spawn_sync(nullptr, arguments.data(), nullptr, G_SPAWN_STDOUT_TO_DEV_NULL, nullptr, nullptr,
                                    nullptr, &errors, &status, nullptr);
  if (errors && *errors) g_test_message("%s", errors);
  g_free(errors);
  return started && status == 0;
}

static fs::path folder;  // with the networks; empty where they cannot be made

/// Into the folder of networks of a user who has nothing else.
static void make_networks(const fs::path& where) {
  if (!run({python, "-c", "import numpy, onnx, cv2"})) return;
  if (run({python, (source_root() / "tests/make_zhang2016.py").string(), where.string()}))
    folder = where;
  else
    g_error("tests/make_zhang2016.py failed");
}

/// Soft hills, neither so dark nor so light that a colour of the network leaves the gamut: the recipe clips what does,
/// the engine gives up chroma.
static void paint(Picture& picture) {
  const double scale = 56.0 / picture.frame.width;
  picture.paint_gray([&](int x, int y) {
    return 145 + 40 * std::sin(0.11 * scale * x) * std::cos(0.09 * scale * y) + 0.3 * scale * (x - y);
  });
}

/// Colours `picture` by tests/reference_zhang2016.py; 0..255 with fractions, red, green, blue of each pixel.
static std::vector<double> reference(const Picture& picture, const char* format) {
  const int width = picture.frame.width, height = picture.frame.height;
  const std::string size = std::to_string(width) + " " + std::to_string(height);
  std::string ppm = "P6\n" + size + "\n255\n";
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      for (int c = 0; c < 3; ++c) ppm += static_cast<char>(picture.at(c, x, y));
  const fs::path in = folder / "in.ppm", out = folder / "out.ppm";
  g_assert_true(g_file_set_contents(in.c_str(), ppm.data(), static_cast<gssize>(ppm.size()), nullptr));
  if (!run({python, (source_root() / "tests/reference_zhang2016.py").string(), in, out, folder, format}))
    g_error("tests/reference_zhang2016.py failed");
  gchar* text = nullptr;
  gsize length = 0;
  g_assert_true(g_file_get_contents(out.c_str(), &text, &length, nullptr));
  const std::size_t samples = static_cast<std::size_t>(width) * height * 3;
  g_assert_cmpuint(length, >, 2 * samples);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text) + length - 2 * samples;  // 16 bits, big end first
  std::vector<double> values;
  for (std::size_t i = 0; i < samples; ++i) values.push_back((bytes[2 * i] * 256 + bytes[2 * i + 1]) / 257.0);
  g_free(text);
  return values;
}

/// `file` lies in the folder, or is a network's name.
static void compare(const char* format, const std::string& file, int side, double budget) {
  if (folder.empty()) return g_test_skip("python3 has no numpy, onnx and cv2 to make the network with");
  Picture picture(rgb, side, side);
  paint(picture);
  const auto wanted = reference(picture, format);
  Network network(colorize::find_model(fs::path(file).has_extension() ? (folder / file).string() : file));
  Settings settings;
  settings.stability = 0;  // the recipe knows no memory, which works at the size of the lightness
  Colorizer(network, picture.frame).process(picture.frame, settings);

  Worst worst(file + " at " + std::to_string(side) + "x" + std::to_string(side) + ", of 255");
  double colour = 0;
  std::size_t i = 0;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      for (int c = 0; c < 3; ++c, ++i) {
        const double difference = std::abs(picture.at(c, x, y) - std::round(wanted[i]));
        worst.add(difference);
        expect(difference <= budget, "at %d %d: (%d, %d, %d), component %d should be %.1f", x, y, picture.at(0, x, y),
               picture.at(1, x, y), picture.at(2, x, y), c, wanted[i]);
      }
      colour += std::abs(wanted[i - 1] - wanted[i - 3]) / (side * side);
    }
  worst.within(budget);
  g_test_message("mean difference of red and blue: %.1f", colour);
  g_assert_cmpfloat(colour, >, 5);  // it is about colours, not about gray
}

/// The network's answer has 56x56, so at this size no colour is resampled and every byte can be compared.
static void test_onnx_equals_the_recipe() { compare("onnx", "zhang2016.onnx", 56, 1); }

/// The recipe enlarges the answer linearly, the engine along lightness.
static void test_onnx_is_near_the_recipe_where_colour_is_enlarged() { compare("onnx", "zhang2016.onnx", 224, 4); }

/// The files as they are published, with the catalogue's sidecar, by their path and by the network's name.
static void test_caffe_equals_the_recipe() {
  constexpr const char* file = "colorization_release_v2.caffemodel";
#if CV_VERSION_MAJOR < 5
  compare("caffe", file, 56, 1);
  if (folder.empty()) return;
  fs::rename(folder / "zhang2016.onnx", folder / "another.onnx");
  compare("caffe", "zhang2016", 56, 1);
#else
  if (folder.empty()) return g_test_skip("python3 has no numpy, onnx and cv2 to make the network with");
  const auto model = colorize::find_model((folder / file).string());
  expect_error([&] { Network{model}; }, colorize::Error::Kind::network, {file, "ONNX"}, "Caffe");
#endif
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  const TemporaryFolder home;
  g_setenv("XDG_DATA_HOME", home.path.c_str(), TRUE);
  make_networks(home.path / "colorize/models");
  g_test_add_func("/zhang2016/onnx-equals-the-recipe", test_onnx_equals_the_recipe);
  g_test_add_func("/zhang2016/onnx-is-near-the-recipe-where-colour-is-enlarged",
                  test_onnx_is_near_the_recipe_where_colour_is_enlarged);
  g_test_add_func("/zhang2016/caffe-equals-the-recipe", test_caffe_equals_the_recipe);
  return g_test_run();
}
