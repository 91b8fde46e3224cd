// SPDX-License-Identifier: LGPL-2.1-or-later
/// Colour by pictures of the same: frames of the film, photographs.

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>

#include "element.h"

using namespace test;
namespace fs = std::filesystem;

namespace {

/// A folder that is there as long as this is.
struct TemporaryFolder {
  Owned<char> made{g_dir_make_tmp("colorize test XXXXXX", nullptr)};
  fs::path path{made.get()};

  TemporaryFolder() = default;
  ~TemporaryFolder() { fs::remove_all(path); }
  TemporaryFolder(const TemporaryFolder&) = delete;
};

int noise(int x, int y, int seed) {
  auto hash = static_cast<std::uint32_t>(x) * 0x9E3779B1U ^ static_cast<std::uint32_t>(y) * 0x85EBCA77U ^
              static_cast<std::uint32_t>(seed) * 0xC2B2AE3DU;
  hash = (hash ^ hash >> 15) * 0x2C1B3C6DU;
  return static_cast<int>((hash ^ hash >> 12) * 0x297A2D39U >> 24);
}

/// Noise of 0..1 on a grid of 8 pixels, smoothly interpolated, so that a movement by parts of a pixel is exact.
double texture(double x, double y, int seed) {
  const double u = x / 8, v = y / 8, left = std::floor(u), top = std::floor(v);
  const double s = (u - left) * (u - left) * (3 - 2 * (u - left)), t = (v - top) * (v - top) * (3 - 2 * (v - top));
  const auto at = [&](int i, int j) {
    return noise(static_cast<int>(left) + i, static_cast<int>(top) + j, seed) / 255.0;
  };
  return (1 - t) * ((1 - s) * at(0, 0) + s * at(1, 0)) + t * ((1 - s) * at(0, 1) + s * at(1, 1));
}

/// A textured square before a textured ground.
struct Scene {
  double side = 56, x = 40, y = 36;  ///< the square's corner
  double pan = 0;                    ///< how far the ground has moved
  int seed = 1;                      ///< of what there is to see
  double dark = 70, light = 180;

  bool is_covered(int px, int py) const { return px >= x && px < x + side && py >= y && py < y + side; }
  int level(int px, int py) const {
    const double t = is_covered(px, py) ? texture(px - x, py - y, seed + 7) : texture(px - pan, py, seed);
    return static_cast<int>(std::lround(dark + (light - dark) * t));
  }
};

const std::string caps = raw("RGB", 224, 128);
const Scene first;

Picture gray_of(const Scene& scene, const std::string& form = caps) {
  return paint(form, gray(form, [&](int x, int y) { return scene.level(x, y); }));
}

/// The scene with a red square on green ground, of the same Y' as the gray one's.
struct Chroma {
  double cb, cr;
};
constexpr Chroma red{-15, 30}, green{-20, -15}, none{0, 0};
Picture colour_of(const Scene& scene, Chroma square = red, Chroma ground = green) {
  return paint(caps, [&](int component, int x, int y) {
    const double luma = scene.level(x, y);
    const auto [cb, cr] = scene.is_covered(x, y) ? square : ground;
    const std::array rgb{luma + 1.5748 * cr, luma - 0.1873 * cb - 0.4681 * cr, luma + 1.8556 * cb};
    return static_cast<int>(std::lround(std::clamp(rgb[static_cast<std::size_t>(component)], 0.0, 255.0)));
  });
}

void save(const Picture& picture, const fs::path& file) {
  const Owned<GstCaps> from(gst_video_info_to_caps(&picture.info)), png(gst_caps_from_string("image/png"));
  GstSample* const raw = gst_sample_new(picture.buffer.get(), from.get(), nullptr, nullptr);
  GstSample* const encoded = gst_video_convert_sample(raw, png.get(), 30 * GST_SECOND, nullptr);
  g_assert_nonnull(encoded);
  const auto content = bytes(gst_sample_get_buffer(encoded));
  std::ofstream(file, std::ios::binary)
      .write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  gst_sample_unref(encoded);
  gst_sample_unref(raw);
}

/// The mean colour around a place.
Lab colour_at(const Picture& picture, double x, double y) {
  const Samples all = samples(picture);
  std::array<double, 3> sum{};
  constexpr int reach = 8;
  const int width = picture.info.width;
  for (int row = -reach; row <= reach; ++row)
    for (int column = -reach; column <= reach; ++column)
      for (std::size_t c = 0; c < 3; ++c)
        sum[c] += all[c][static_cast<std::size_t>((std::lround(y) + row) * width + std::lround(x) + column)];
  for (double& s : sum) s /= (2 * reach + 1) * (2 * reach + 1);
  return decode(picture.info, sum);
}
Lab colour_of_square(const Picture& picture, const Scene& scene) {
  return colour_at(picture, scene.x + scene.side / 2, scene.y + scene.side / 2);
}

double distance(const Lab& one, const Lab& other) { return std::hypot(one.a - other.a, one.b - other.b); }

/// A film that is coloured by the pictures of a folder; the network makes all of one colour, and takes no hints.
struct Film {
  TemporaryFolder folder;
  Harness harness;

  explicit Film(const Picture& reference, const std::string& name = "still.png", const char* model = nullptr)
      : harness(model ? model : network("ab-constant")) {
    save(reference, folder.path / name);
    harness.set("inference-size", 224);
    harness.caps(caps);
    harness.set("reference", folder.path.c_str());
  }
};

/// As it would be without a reference, by the network that takes hints.
std::vector<std::uint8_t> bytes_without(const std::vector<Scene>& scenes) {
  Harness harness("colorize");
  harness.set("inference-size", 224);
  harness.set("reference", "own");
  harness.caps(caps);
  std::vector<std::uint8_t> last;
  for (const Scene& scene : scenes) last = bytes(harness.process(gray_of(scene)).buffer.get());
  return last;
}

/// Its colour stays on what moves before what moves, hides behind the border, and comes out again.
void things_keep_the_reference_s_colour() {
  Film film(colour_of(first));
  const Picture truth = colour_of(first);
  const Lab red_one = colour_of_square(truth, first), green_one = colour_at(truth, 180, 64);
  Scene scene = first;
  double worst_square = 0, worst_ground = 0;
  constexpr int frames_to_find = 10;
  int last_hidden = -frames_to_find - 1;
  for (int i = 0; i < 80; ++i) {
    scene.x = first.x - 100 * std::sin(i * 0.06);
    scene.pan = 0.5 * i;
    const Picture picture = film.harness.process(gray_of(scene));
    last_hidden = scene.x < 0 ? i : last_hidden;
    if (i > last_hidden + frames_to_find)
      worst_square = std::max(worst_square, distance(colour_of_square(picture, scene), red_one));
    worst_ground = std::max(worst_ground, distance(colour_at(picture, 200, 64), green_one));
  }
  g_test_message("square %.1f, ground %.1f of %.1f", worst_square, worst_ground, distance(red_one, green_one));
  g_assert_cmpfloat(worst_square, <, 0.35 * distance(red_one, green_one));
  g_assert_cmpfloat(worst_ground, <, 0.35 * distance(red_one, green_one));
}

void another_shot_has_nothing_of_it() {
  Film film(colour_of(first), "still.png", "colorize");
  std::vector<Scene> scenes(5, first);
  for (int i = 0; i < 30; ++i) scenes.push_back({.side = 40, .x = 90.0 + i, .seed = 77, .dark = 150, .light = 230});
  std::vector<std::uint8_t> last;
  for (const Scene& scene : scenes) last = bytes(film.harness.process(gray_of(scene)).buffer.get());
  g_assert_true(last == bytes_without(scenes));
}

void a_picture_of_something_else_changes_nothing() {
  Scene other = first;
  other.seed = 99;
  other.side = 20;
  Film film(colour_of(other), "still.png", "colorize");
  const std::vector<Scene> scenes(3, first);
  std::vector<std::uint8_t> last;
  for (const Scene& scene : scenes) last = bytes(film.harness.process(gray_of(scene)).buffer.get());
  g_assert_true(last == bytes_without(scenes));
}

/// What has no colour in it has none in the film.
void a_gray_reference_is_gray() {
  Film film(colour_of(first, none, none));
  const Lab square = colour_of_square(film.harness.process(gray_of(first)), first);
  g_assert_cmpfloat(std::hypot(square.a, square.b), <, 3);
}

/// It comes at once while it plays, and goes at once.
void it_comes_and_goes() {
  Film film(colour_of(first));
  film.harness.set("reference", "none");
  const Lab before = colour_of_square(film.harness.process(gray_of(first)), first);
  film.harness.set("reference", (film.folder.path / "still.png").c_str());
  const Picture with = film.harness.process(gray_of(first));
  g_assert_cmpfloat(distance(colour_of_square(with, first), colour_of_square(colour_of(first), first)), <, 4);
  film.harness.set("reference", "none");
  g_assert_cmpfloat(distance(colour_of_square(film.harness.process(gray_of(first)), first), before), <, 1);
}

/// A picture of a moment says nothing of one that is hours away.
void a_time_in_the_name_counts() {
  for (const auto& [name, holds] : {std::pair{"2s.png", true}, {"00-00-02.5.png", true}, {"01-00-02.png", false}}) {
    Film film(colour_of(first), name);
    Picture picture = gray_of(first);
    GST_BUFFER_PTS(picture.buffer.get()) = GST_SECOND;
    const Lab square = colour_of_square(film.harness.process(picture), first);
    const double far = distance(square, colour_of_square(colour_of(first), first));
    g_test_message("%s: %.1f", name, far);
    g_assert_true((far < 4) == holds);
  }
}

void a_hint_stands_over_it() {
  Film film(colour_of(first), "still.png", "colorize");
  film.harness.set("hints", "{\"x\": 68, \"y\": 64, \"radius\": 16, \"colour\": \"#3060c0\"}");
  Lab square{};
  for (int i = 0; i < 3; ++i) square = colour_of_square(film.harness.process(gray_of(first)), first);
  g_assert_cmpfloat(square.b, <, -15);
}

void it_comes_beside_the_frames_too() {
  Film film(colour_of(first));
  film.harness.set("async", TRUE);
  const Lab wanted = colour_of_square(colour_of(first), first);
  double far = 1000;
  for (int i = 0; i < 500 && far > 4; ++i) {
    far = distance(colour_of_square(film.harness.process(gray_of(first)), first), wanted);
    g_usleep(5000);
  }
  g_assert_cmpfloat(far, <, 4);
}

/// Where it is not known it is gray, and lightness is the film's.
void confidence_is_shown() {
  Film film(colour_of(first));
  film.harness.set("show", 1);
  const Scene other{.side = 0, .seed = 55};  // is on the right, and not in the reference
  const Picture mixed = paint(caps, gray(caps, [&](int x, int y) { return (x < 112 ? first : other).level(x, y); }));
  const Picture shown = film.harness.process(mixed);
  const Lab known = colour_of_square(shown, first), guessed = colour_at(shown, 190, 64);
  g_test_message("known %.1f %.1f, guessed %.1f %.1f", known.a, known.b, guessed.a, guessed.b);
  g_assert_cmpfloat(known.a, <, -25);
  g_assert_cmpfloat(std::hypot(guessed.a, guessed.b), <, 5);
  g_assert_cmpfloat(std::abs(guessed.l - colour_at(mixed, 190, 64).l), <, 0.5);
}

void any_size_will_do(int width, int height) {
  const TemporaryFolder folder;
  save(colour_of(first), folder.path / "still.png");
  const std::string form = raw("I420", width, height);
  Harness harness;
  harness.caps(form);
  harness.set("reference", folder.path.c_str());
  for (int i = 0; i < 3; ++i) {
    const Picture before = gray_of(first, form);
    const auto luma = samples(before)[0];
    g_assert_true(samples(harness.process(before))[0] == luma);
  }
}

void what_cannot_be_read_is_said(const std::string& name, const std::string& word) {
  const TemporaryFolder folder;
  std::ofstream(folder.path / "text.png") << "no picture at all";
  std::ofstream(folder.path / "list.png") << "#EXTM3U\nhttp://localhost/x.png\n";
  fs::create_directory(folder.path / "empty");
  const std::string text = (folder.path / name).string();
  {
    const auto element = colorize();
    g_object_set(element.get(), "reference", text.c_str(), nullptr);
    const Owned<GstBus> bus(gst_bus_new());
    gst_element_set_bus(element.get(), bus.get());
    g_assert_cmpint(gst_element_set_state(element.get(), GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    const BusError error = wait_for_error(bus.get());
    g_test_message("%s", error.text.c_str());
    for (const std::string& part : {text, word})
      if (error.text.find(part) == std::string::npos)
        g_error("'%s' does not say '%s'", error.text.c_str(), part.c_str());
    gst_element_set_state(element.get(), GST_STATE_NULL);
    gst_element_set_bus(element.get(), nullptr);
  }
  Harness harness;  // while it plays the chain does not stop for it
  harness.caps(caps);
  const auto before = bytes(harness.process(gray_of(first)).buffer.get());
  harness.set("reference", text.c_str());
  g_assert_true(bytes(harness.process(gray_of(first)).buffer.get()) == before);
  const Owned<GstMessage> warning(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_WARNING));
  g_assert_nonnull(warning.get());
  g_assert_null(gst_bus_pop_filtered(harness.bus(), GST_MESSAGE_ERROR));
}

}  // namespace

int main(int argc, char** argv) {
  test::init(&argc, &argv);
  add("/reference/things-keep-its-colour", things_keep_the_reference_s_colour);
  add("/reference/another-shot-has-nothing-of-it", another_shot_has_nothing_of_it);
  add("/reference/something-else-changes-nothing", a_picture_of_something_else_changes_nothing);
  add("/reference/gray", a_gray_reference_is_gray);
  add("/reference/comes-and-goes", it_comes_and_goes);
  add("/reference/time", a_time_in_the_name_counts);
  add("/reference/a-hint-stands-over-it", a_hint_stands_over_it);
  add("/reference/comes-beside-the-frames-too", it_comes_beside_the_frames_too);
  add("/reference/confidence-is-shown", confidence_is_shown);
  for (const auto& [width, height] : {std::pair{1, 1}, {17, 3}, {101, 77}, {333, 21}})
    add("/reference/size/" + std::to_string(width) + "x" + std::to_string(height),
        [width = width, height = height] { any_size_will_do(width, height); });
  for (const auto& [name, word] : {std::pair{"nowhere.png", "not there"},
                                   {"text.png", "PNG or a JPEG"},
                                   {"list.png", "PNG or a JPEG"},

                                   {"empty", "no picture"}})
    add(std::string("/reference/said/") + name,
        [name = name, word = word] { what_cannot_be_read_is_said(name, word); });
  return g_test_run();
}
