// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstring>

#include "check.h"
#include "npy.h"

using colorize::Error, colorize::NumpyArray;

/// A .npy file (NumPy's format description, versions 1.0 and 2.0).
static std::string npy(const std::string& header, const std::string& data, int version = 1) {
  std::string text = header;
  const std::size_t before = version == 1 ? 10 : 12;
  while ((before + text.size() + 1) % 64) text += ' ';
  text += '\n';
  std::string file = "\x93NUMPY";
  file += static_cast<char>(version), file += '\0';
  for (std::size_t i = 0; i < before - 8; ++i) file += static_cast<char>(text.size() >> (8 * i) & 255);
  return file + text + data;
}

static std::string header(const std::string& type, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }";
}

template <typename T>
static std::string bytes(const std::vector<T>& values) {
  std::string data(values.size() * sizeof(T), '\0');
  std::memcpy(data.data(), values.data(), data.size());
  return data;
}

static void test_every_type_and_version_is_read() {
  const TemporaryFolder folder;
  const struct {
    const char* name;
    std::string content;
    std::vector<int> shape;
  } cases[] = {
      {"float32", npy(header("<f4", "(3, 2)"), bytes<float>({0, -1, 2, 300, -40, 5})), {3, 2}},
      {"float64", npy(header("<f8", "(3, 2)"), bytes<double>({0, -1, 2, 300, -40, 5})), {3, 2}},
      {"int32", npy(header("<i4", "(3, 2)"), bytes<std::int32_t>({0, -1, 2, 300, -40, 5})), {3, 2}},
      {"int64", npy(header("<i8", "(3, 2)"), bytes<std::int64_t>({0, -1, 2, 300, -40, 5})), {3, 2}},
      {"version 2", npy(header("<f4", "(1, 2, 3)"), bytes<float>({0, -1, 2, 300, -40, 5}), 2), {1, 2, 3}},
      {"one axis", npy(header("<f4", "(6,)"), bytes<float>({0, -1, 2, 300, -40, 5})), {6}},
      {"more follows", npy(header("<f4", "(6,)"), bytes<float>({0, -1, 2, 300, -40, 5, 9, 9})), {6}},
  };
  for (const auto& c : cases) {
    const auto array = NumpyArray::load(folder.write(c.name, c.content));
    expect(array.shape == c.shape, "%s: the shape", c.name);
    expect(array.values == std::vector<float>({0, -1, 2, 300, -40, 5}), "%s: the values", c.name);
  }
}

static void test_what_numpy_wrote_is_read() {
  const auto array = NumpyArray::load(source_root() / "tests/models/distribution-centres.npy");
  g_assert_true(array.shape == std::vector<int>({5, 2}));
  g_assert_true(array.values == std::vector<float>({0, 0, 40, 20, -30, 40, -20, -40, 60, -30}));
}

static void test_a_header_may_be_as_long_as_it_likes() {
  const TemporaryFolder folder;
  const std::string blanks(1 << 20, ' '), data = bytes<float>({4, 5});
  for (const std::string& shape : {"(" + blanks + "2,)", "(2" + blanks + ",)", blanks + "(2,)"})
    g_assert_true(NumpyArray::load(folder.write("long.npy", npy(header("<f4", shape), data, 2))).values ==
                  std::vector<float>({4, 5}));
}

static void test_what_cannot_be_read_is_an_error_that_names_the_file() {
  const TemporaryFolder folder;
  const std::string good = npy(header("<f4", "(3, 2)"), bytes<float>({0, 1, 2, 3, 4, 5}));
  const struct {
    const char* name;
    std::string content;
    const char* word;
  } cases[] = {
      {"empty.npy", "", "not a .npy"},
      {"text.npy", "a, b\n1, 2\nand so on\n", "not a .npy"},
      {"header-cut.npy", good.substr(0, 40), "header"},
      {"data-cut.npy", good.substr(0, good.size() - 1), "less"},
      {"no-data.npy", npy(header("<f4", "(3, 2)"), ""), "less"},
      {"no-sides.npy", npy(header("<f8", "()"), "1234567"), "less"},
      {"huge.npy", npy(header("<f4", "(999999999, 999999999, 999999999)"), "1234"), "less"},
      {"wrapped.npy", npy(header("<f8", "(65536, 65536, 65536, 65536)"), ""), "less"},
      {"half.npy", npy(header("<f2", "(3, 2)"), "123456789012"), "float32"},
      {"big-endian.npy", npy(header(">f4", "(3, 2)"), bytes<float>({0, 1, 2, 3, 4, 5})), "float32"},
      {"objects.npy", npy(header("|O", "(3, 2)"), "123456789012"), "float32"},
      {"fortran.npy", npy(header("<f4", "(3, 2)", "True"), bytes<float>({0, 1, 2, 3, 4, 5})), "order"},
      {"shapeless.npy", npy("{'descr': '<f4', 'fortran_order': False, }", bytes<float>({0, 1})), "shape"},
      {"wide.npy", npy(header("<f4", "(9999999999,)"), bytes<float>({0, 1})), "shape"},
      {"open.npy", npy(header("<f4", "(2"), bytes<float>({0, 1})), "shape"},
      {"negative.npy", npy(header("<f4", "(-3, 2)"), bytes<float>({0, 1})), "shape"},
  };
  for (const auto& c : cases) {
    const auto path = folder.write(c.name, c.content);
    expect_error([&] { NumpyArray::load(path); }, Error::Kind::settings, {c.name, c.word}, c.name);
  }
  expect_error([&] { NumpyArray::load(folder.path / "absent.npy"); }, Error::Kind::not_found, {"absent.npy"}, "absent");
  expect_error([&] { NumpyArray::load(folder.path); }, Error::Kind::not_found, {folder.path.filename().string()},
               "a folder");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/npy/every-type-and-version-is-read", test_every_type_and_version_is_read);
  g_test_add_func("/npy/what-numpy-wrote-is-read", test_what_numpy_wrote_is_read);
  g_test_add_func("/npy/a-header-may-be-as-long-as-it-likes", test_a_header_may_be_as_long_as_it_likes);
  g_test_add_func("/npy/what-cannot-be-read-is-an-error-that-names-the-file",
                  test_what_cannot_be_read_is_an_error_that_names_the_file);
  return g_test_run();
}
