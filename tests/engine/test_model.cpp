// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "model.h"

using colorize::Error, colorize::find_model, colorize::Model;
namespace fs = std::filesystem;

static std::string content(const fs::path& path) {
  gchar* text = nullptr;
  gsize length = 0;
  if (!g_file_get_contents(path.c_str(), &text, &length, nullptr)) g_error("%s cannot be read", path.c_str());
  std::string all(text, length);
  g_free(text);
  return all;
}

static fs::path example() { return source_root() / "tests/models/ab-constant.onnx"; }
static std::string example_sidecar() { return content(example().string() + ".modelinfo"); }

static const TemporaryFolder* data_home;  // stands for the user's data folder, which GLib asks for once a process

static void test_the_network_compiled_in_is_the_one_in_the_source() {
  const Model model = find_model(colorize::default_model);
  const fs::path source = source_root() / "models/colorize.onnx";
  g_assert_true(model.weights == content(source));
  g_assert_cmpstr(model.origin.c_str(), ==, "colorize");
  g_assert_false(model.info.name.empty());
  g_assert_false(model.info.licence.empty());
  g_assert_false(model.caffe());
}

static void test_a_path_is_read_with_its_sidecar_also_from_the_folder_itself() {
  const Model model = find_model(example().string());
  g_assert_true(model.weights == content(example()));
  g_assert_cmpstr(model.info.name.c_str(), ==, "ab-constant");
  g_assert_true(model.origin == example().string());

  const fs::path before = fs::current_path();
  fs::current_path(example().parent_path());
  g_assert_true(find_model("ab-constant.onnx").weights == model.weights);
  g_assert_true(find_model("./ab-constant.onnx").weights == model.weights);
  fs::current_path(before);
}

static void test_a_name_is_found_in_the_data_folder() {
  data_home->write("colorize/models/of my own.onnx", content(example()));
  data_home->write("colorize/models/of my own.onnx.modelinfo", example_sidecar());
  const Model model = find_model("of my own");
  g_assert_true(model.weights == content(example()));
  g_assert_true(model.origin.find("of my own.onnx") != std::string::npos);
}

static void test_a_caffe_network_brings_its_prototxt() {
  const TemporaryFolder folder;
  const fs::path weights = folder.write("net.caffemodel", "weights");
  folder.write("net.caffemodel.modelinfo", example_sidecar());
  expect_error([&] { find_model(weights.string()); }, Error::Kind::not_found, {"net.prototxt"}, "no prototxt");
  folder.write("net.prototxt", "structure");
  const Model model = find_model(weights.string());
  g_assert_true(model.caffe());
  g_assert_cmpstr(model.structure.c_str(), ==, "structure");
  g_assert_cmpstr(model.weights.c_str(), ==, "weights");
}

static void test_what_is_not_there_is_named_with_where_it_was_looked_for() {
  const TemporaryFolder folder;
  const auto path = [&](const char* name) { return (folder.path / name).string(); };
  expect_error([] { find_model("colourise"); }, Error::Kind::not_found,
               {"'colourise'", "colourise.onnx", "compiled in", data_home->path.string(), "colorize/models"}, "a name");
  expect_error([&] { find_model(path("absent.onnx")); }, Error::Kind::not_found, {"absent.onnx"}, "a path");
  expect_error([&] { find_model("absent.onnx"); }, Error::Kind::not_found, {"absent.onnx"}, "a file here");
  expect_error([&] { find_model(folder.path.string() + "/"); }, Error::Kind::not_found, {folder.path.string()},
               "a folder");
  expect_error([&] { find_model(""); }, Error::Kind::not_found, {"''"}, "nothing");

  folder.write("alone.onnx", content(example()));
  expect_error([&] { find_model(path("alone.onnx")); }, Error::Kind::not_found, {"alone.onnx.modelinfo", "beside"},
               "no sidecar");
  folder.write("empty.onnx", "");
  folder.write("empty.onnx.modelinfo", example_sidecar());
  expect_error([&] { find_model(path("empty.onnx")); }, Error::Kind::network, {"empty.onnx", "empty"}, "an empty file");
}

int main(int argc, char** argv) {
  const TemporaryFolder home;
  data_home = &home;
  g_setenv("XDG_DATA_HOME", home.path.c_str(), TRUE);
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/model/the-network-compiled-in-is-the-one-in-the-source",
                  test_the_network_compiled_in_is_the_one_in_the_source);
  g_test_add_func("/model/a-path-is-read-with-its-sidecar-also-from-the-folder-itself",
                  test_a_path_is_read_with_its_sidecar_also_from_the_folder_itself);
  g_test_add_func("/model/a-name-is-found-in-the-data-folder", test_a_name_is_found_in_the_data_folder);
  g_test_add_func("/model/a-caffe-network-brings-its-prototxt", test_a_caffe_network_brings_its_prototxt);
  g_test_add_func("/model/what-is-not-there-is-named-with-where-it-was-looked-for",
                  test_what_is_not_there_is_named_with_where_it_was_looked_for);
  return g_test_run();
}
