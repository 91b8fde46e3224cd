// SPDX-License-Identifier: LGPL-2.1-or-later
#include <sys/stat.h>

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

/// onnx.proto by hand: ModelProto{graph{initializer{dims 2, FLOAT, name, external_data{key, value} ..., EXTERNAL}}}.
static std::string with_data_at(const std::string& location, const std::string& offset, const std::string& length) {
  const auto field = [](char key, const std::string& content) {
    return std::string{key, static_cast<char>(content.size())} + content;
  };
  std::string tensor = std::string("\x08\x02\x10\x01", 4) + field('\x42', "w");
  for (const auto& [key, value] : {std::pair{"location", location}, {"offset", offset}, {"length", length}})
    if (!value.empty()) tensor += field('\x6A', field('\x0A', key) + field('\x12', value));
  return field('\x3A', field('\x2A', tensor + "\x70\x01"));
}

static void test_weights_beside_an_onnx_file_come_into_it() {
  const TemporaryFolder folder;
  folder.write("sub/net.onnx.modelinfo", example_sidecar());
  folder.write("sub/net.onnx.data", "before12345678after");
  folder.write("outside", "12345678");
  const std::string network = (folder.path / "sub/net.onnx").string();
  const auto load = [&](const std::string& location, const std::string& offset, const std::string& length) {
    folder.write("sub/net.onnx", with_data_at(location, offset, length));
    return find_model(network).weights;
  };
  // The tensor has dims, type and name as before, and then its data of 8 bytes.
  const std::string inlined = std::string("\x3A\x13\x2A\x11\x08\x02\x10\x01\x42\x01w\x4A\x08", 13) + "12345678";
  g_assert_true(load("net.onnx.data", "6", "8") == inlined);
  g_assert_true(load("./net.onnx.data", "14", "")
                    .ends_with("\x4A\x05"
                               "after"));
  const struct {
    const char *location, *offset, *length;
    std::vector<std::string> words;
  } cases[] = {{"../outside", "", "8", {"../outside", "leaves"}},
               {"/etc/passwd", "", "8", {"/etc/passwd", "leaves"}},
               {"absent", "", "8", {"absent", "No such file"}},
               {".", "", "8", {"folder"}},
               {"net.onnx.data", "12", "8", {"net.onnx.data", "ends before byte 20"}},
               {"net.onnx.data", "18446744073709551615", "8", {"ends before"}},
               {"net.onnx.data", "-6", "8", {"'-6'", "offset"}},
               {"net.onnx.data", "6", "8x", {"'8x'", "length"}}};
  for (const auto& c : cases) {
    std::string text;
    try {
      load(c.location, c.offset, c.length);
    } catch (const Error& error) {
      text = error.what();
    }
    expect(text.find("sub/net.onnx: ") != std::string::npos, "%s: %s", c.location, text.c_str());
    for (const std::string& word : c.words)
      expect(text.find(word) != std::string::npos, "'%s' is not in: %s", word.c_str(), text.c_str());
  }
}

static void test_only_files_are_read_and_only_so_much_of_them() {
  const TemporaryFolder folder;
  const auto expect_refusal = [&](const char* name, const char* word) {
    expect_error([&] { find_model((folder.path / name).string()); }, Error::Kind::not_found, {name, word}, name);
  };
  folder.write("net.onnx", content(example()));
  const fs::path sidecar = folder.path / "net.onnx.modelinfo";
  g_assert_cmpint(mkfifo(sidecar.c_str(), 0600), ==, 0);
  expect_refusal("net.onnx", "pipe");
  fs::remove(sidecar);
  fs::create_symlink(sidecar.filename(), sidecar);
  expect_refusal("net.onnx", "symbolic links");
  fs::remove(sidecar);
  folder.write("net.onnx.modelinfo", example_sidecar());
  fs::resize_file(sidecar, 1 << 21);
  expect_refusal("net.onnx", "the most");
  folder.write("large.onnx", "");
  fs::resize_file(folder.path / "large.onnx", 1ULL << 31);
  expect_refusal("large.onnx", "the most");
  fs::create_symlink("/dev/zero", folder.path / "zero.onnx");
  expect_refusal("zero.onnx", "device");
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
  g_test_add_func("/model/weights-beside-an-onnx-file-come-into-it", test_weights_beside_an_onnx_file_come_into_it);
  g_test_add_func("/model/only-files-are-read-and-only-so-much-of-them",
                  test_only_files_are_read_and_only_so_much_of_them);
  return g_test_run();
}
