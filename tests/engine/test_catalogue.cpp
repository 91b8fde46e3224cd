// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/stat.h>

#include "catalogue.h"
#include "check.h"
#include "file.h"
#include "model.h"

using colorize::Error, colorize::find_model, colorize::KnownNetwork, colorize::Model, colorize::OnnxGraph,
    colorize::read_file;
namespace fs = std::filesystem;

static fs::path models;  // the user's folder of networks

static fs::path example(const std::string& name) { return source_root() / "tests/models" / name; }

static void put(const char* name, const fs::path& file) { fs::copy_file(file, models / name); }
static void put(const char* name, const std::string& content) {
  g_assert_true(
      g_file_set_contents((models / name).c_str(), content.data(), static_cast<gssize>(content.size()), nullptr));
}

static void empty_folder() {
  fs::remove_all(models);
  fs::create_directories(models);
}

/// The catalogue's files themselves, so that none of them is found wrong by a user.
static void test_every_entry_is_whole() {
  const auto all = colorize::catalogue();
  g_assert_cmpuint(
      all.size(), ==,
      static_cast<std::size_t>(std::distance(fs::directory_iterator(source_root() / "models/catalogue"), {})));
  for (const KnownNetwork& known : all) {
    const char* name = known.name.c_str();
    const auto info = known.info("/usr");
    expect(info.name == known.name, "%s calls itself %s", name, info.name.c_str());
    for (const std::string* words : {&info.summary, &info.licence, &info.source, &known.page, &known.how})
      expect(!words->empty(), "%s says too little", name);
    for (const auto* files : {&known.files, &known.sources})
      for (const colorize::PublishedFile& file : *files) {
        expect(file.link.empty() || file.link.starts_with("https://"), "%s: %s", name, file.link.c_str());
        expect(file.bytes.has_value() == !file.sha256.empty(), "%s: %s has a size or a checksum alone", name,
               file.name.c_str());
      }
    if (info.centres)
      expect(std::ranges::count(known.files, info.centres->filename().string(), &colorize::PublishedFile::name) == 1,
             "%s does not say where its centres come from", name);
  }
}

static void test_a_published_file_is_found_by_the_network_s_name() {
  empty_folder();
  put("colorization_release_v2.caffemodel", std::string("weights"));
  put("colorization_deploy_v2.prototxt", std::string("structure"));
  put("pts_in_hull.npy", std::string("centres"));
  const Model model = find_model("zhang2016");
  g_assert_cmpstr(model.weights.c_str(), ==, "weights");
  g_assert_cmpstr(model.structure.c_str(), ==, "structure");
  g_assert_cmpstr(model.info.inputs[0].name.c_str(), ==, "data_l");
  g_assert_true(model.info.centres == models / "pts_in_hull.npy");
  g_assert_true(find_model((models / "colorization_release_v2.caffemodel").string()).info == model.info);

  // Under the network's own name, too.
  fs::rename(models / "colorization_release_v2.caffemodel", models / "zhang2016.caffemodel");
  g_assert_true(find_model("zhang2016").structure == "structure");
  fs::rename(models / "colorization_deploy_v2.prototxt", models / "zhang2016.prototxt");
  g_assert_true(find_model("zhang2016").info == model.info);
  const auto names = colorize::model_names();
  g_assert_cmpint(std::ranges::count(names, "zhang2016"), ==, 1);
}

static void test_a_sidecar_beside_it_wins() {
  empty_folder();
  put("colorization_release_v2.caffemodel", std::string("weights"));
  put("colorization_deploy_v2.prototxt", std::string("structure"));
  put("colorization_release_v2.caffemodel.modelinfo", example("ab-constant.onnx.modelinfo"));
  g_assert_true(find_model("zhang2016").info.name == "ab-constant");
}

static void test_caffe_is_found_by_any_name() {
  empty_folder();
  put("of my own.caffemodel", std::string("weights"));
  put("of my own.prototxt", std::string("structure"));
  put("of my own.caffemodel.modelinfo", example("ab-constant.onnx.modelinfo"));
  g_assert_true(find_model("of my own").structure == "structure");
  const auto names = colorize::model_names();
  g_assert_cmpint(std::ranges::count(names, "of my own"), ==, 1);
}

static void test_an_export_names_its_tensors_as_it_likes() {
  empty_folder();
  put("colorizer.onnx", example("ab-linear.onnx"));
  const Model model = find_model("zhang2016");
  g_assert_true(model.weights == read_file(example("ab-linear.onnx")));
  g_assert_cmpint(model.info.inputs[0].dims[2], ==, 256);

  const auto named = [&](int in, int out) {
    const OnnxGraph graph{{{"input.1", {1, in, 256, 256}}}, {{"213", {1, out, -1, -1}}}};
    const auto info = colorize::with_names_of(graph, model.info);
    return info.inputs[0].name + " " + info.output.name;
  };
  g_assert_true(named(1, 2) == "input.1 213");
  g_assert_true(named(1, -1) == "input.1 213");
  g_assert_true(named(3, 3) == "lightness ab");  // of other channels: it is another network
  put("zhang2016.onnx.modelinfo", example("ab-linear.onnx.modelinfo"));
  put("zhang2016.onnx", example("rgb.onnx"));
  g_assert_true(find_model("zhang2016").info.inputs[0].name == "lightness");
}

static void test_what_is_known_but_not_here_says_what_to_get() {
  empty_folder();
  expect_error([] { find_model("zhang2016"); }, Error::Kind::not_found,
               {"put colorizer.onnx into",
                "or put colorization_release_v2.caffemodel, colorization_deploy_v2.prototxt and pts_in_hull.npy",
                models.string(), "gst-colorize networks", "https://github.com/"},
               "nothing is here");
  put("colorization_release_v2.caffemodel", std::string("weights"));
  put("pts_in_hull.npy", std::string("centres"));
  const auto why = [] {
    try {
      find_model("zhang2016");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  }();
  g_test_message("%s", why.c_str());
  g_assert_true(why.find("put colorization_deploy_v2.prototxt into") != std::string::npos);
  g_assert_true(why.find("pts_in_hull.npy") == std::string::npos);
}

static void test_only_files_are_read() {
  empty_folder();
  g_assert_cmpint(mkfifo((models / "colorizer.onnx").c_str(), 0600), ==, 0);
  expect_error([] { find_model("zhang2016"); }, Error::Kind::not_found, {"colorizer.onnx", "pipe"}, "a pipe");
  for (const char* name : {"..", ".", "zhang2016/../zhang2016", "../zhang2016"})
    expect_error([&] { find_model(name); }, Error::Kind::not_found, {name}, name);
}

static void test_wrong_entries_are_named() {
  const std::string good = read_file(source_root() / "models/catalogue/zhang2016.onnx.modelinfo");
  const auto refuse = [&](const std::string& text, const char* file, const std::vector<std::string>& words) {
    expect_error([&] { KnownNetwork::parse(text, file); }, Error::Kind::settings, words, words[0]);
  };
  const char* file = "zhang2016.onnx.modelinfo";
  refuse(good + "nonsense=1\n", file, {"nonsense", "[file colorizer.onnx]"});
  refuse(good + "bytes=many\n", file, {"bytes"});
  refuse(good + "sha256=abc\n", file, {"sha256"});
  refuse(good + "[file ../outside]\n", file, {"../outside"});
  refuse(good, "zhang2016.caffemodel.modelinfo", {"first", ".caffemodel"});
  refuse(good.substr(0, good.find("[catalogue]")), file, {"[catalogue]", "page"});
  // What the catalogue adds is none of a sidecar's business.
  expect_error([&] { colorize::ModelInfo::parse(good, file, {}); }, Error::Kind::settings, {"[catalogue]"},
               "a sidecar");
}

int main(int argc, char** argv) {
  const TemporaryFolder home;
  models = home.path / "colorize/models";
  g_setenv("XDG_DATA_HOME", home.path.c_str(), TRUE);
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/catalogue/every-entry-is-whole", test_every_entry_is_whole);
  g_test_add_func("/catalogue/a-published-file-is-found-by-the-network-s-name",
                  test_a_published_file_is_found_by_the_network_s_name);
  g_test_add_func("/catalogue/a-sidecar-beside-it-wins", test_a_sidecar_beside_it_wins);
  g_test_add_func("/catalogue/caffe-is-found-by-any-name", test_caffe_is_found_by_any_name);
  g_test_add_func("/catalogue/an-export-names-its-tensors-as-it-likes", test_an_export_names_its_tensors_as_it_likes);
  g_test_add_func("/catalogue/what-is-known-but-not-here-says-what-to-get",
                  test_what_is_known_but_not_here_says_what_to_get);
  g_test_add_func("/catalogue/only-files-are-read", test_only_files_are_read);
  g_test_add_func("/catalogue/wrong-entries-are-named", test_wrong_entries_are_named);
  return g_test_run();
}
