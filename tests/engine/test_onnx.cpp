// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "file.h"
#include "onnx.h"

using colorize::OnnxGraph, colorize::OnnxTensor, colorize::with_input_dims;
using Dims = std::vector<int>;

static std::string network(const char* name) {
  return colorize::read_file(source_root() / "tests/models" / (std::string(name) + ".onnx"));
}

static std::string field(char key, const std::string& content) {
  return std::string{key, static_cast<char>(content.size())} + content;
}

/// Written by hand: ModelProto{ir_version, graph{input{name, type{tensor_type{elem_type, shape{dims}}}}, more}, after}.
static std::string model(const std::string& dims, const std::string& more = "") {
  const std::string tensor = field('\x0A', std::string("\x08\x01", 2) + field('\x12', dims));
  const std::string graph = field('\x5A', field('\x0A', "images") + field('\x12', tensor)) + more;
  return std::string("\x08\x07", 2) + field('\x3A', graph) + std::string("\x28\x05", 2);
}

static const std::string batch = field('\x0A', field('\x12', "n")), three = field('\x0A', std::string("\x08\x03", 2)),
                         height = field('\x0A', std::string("\x08\x60", 2)),  // 96
    width = field('\x0A', std::string("\x08\x80\x01", 3));                    // 128

static void test_the_inputs_are_read() {
  const auto graph = OnnxGraph::read(model(batch + three + height + width));
  g_assert_cmpuint(graph.inputs.size(), ==, 1);
  g_assert_cmpstr(graph.inputs[0].name.c_str(), ==, "images");
  g_assert_true((graph.inputs[0].dims == Dims{-1, 3, 96, 128}));

  const auto mask = OnnxGraph::read(network("ab-mask"));
  g_assert_cmpuint(mask.inputs.size(), ==, 2);
  g_assert_true(mask.inputs[1].name == "hints" && (mask.inputs[1].dims == Dims{1, 3, -1, -1}));
  // An input whose values the file has is a weight.
  g_assert_true(OnnxGraph::read(model(three, field('\x2A', field('\x42', "images")))).inputs.empty());
}

static void test_open_dims_get_numbers_and_nothing_else_changes() {
  const std::string open = model(batch + three + batch + batch), named = model(batch + three + height + width);
  const auto sized = OnnxGraph::read(with_input_dims(open, {{"images", {1, 4, 300, 128}}}));
  g_assert_true((sized.inputs[0].dims == Dims{1, 3, 300, 128}));
  g_assert_true(
      (OnnxGraph::read(with_input_dims(named, {{"images", {1, 3, 64, 64}}})).inputs[0].dims == Dims{1, 3, 96, 128}));
  // As protoc would write it: one number in place of a name.
  g_assert_true(with_input_dims(model(batch + three), {{"images", {3, 3}}}) == model(three + three));
  g_assert_true(with_input_dims(open, {{"pictures", {1, 3, 64, 64}}}) == open);
  g_assert_true(with_input_dims(open, {{"images", {-1, 3, -1, -1}}}) == open);
  const std::string fixed = network("fixed");
  g_assert_true(with_input_dims(fixed, {{"lightness", {1, 1, 32, 32}}}) == fixed);
}

static void test_what_is_cut_short_is_no_reason_to_fall() {
  const std::string whole = model(batch + three + height + width);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string part = whole.substr(0, length);
    const bool graph_is_whole = length + 2 >= whole.size();
    g_assert_true(OnnxGraph::read(part).inputs.empty() == !graph_is_whole);
    g_assert_true((with_input_dims(part, {{"images", {1, 3, 64, 64}}}) == part) == !graph_is_whole);
  }
  g_assert_true(OnnxGraph::read(network("bad/text")).inputs.empty());
  // A length of 2^63, a group, a number without an end, and numbers where the graph should be.
  for (const char* bytes : {"\x38\x05", "\x3D\x01\x02\x03\x04", "\x3A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", "\x3B\x3C",
                            "\xFF\xFF\xFF\xFF\xFF\xFF"})
    g_assert_true(with_input_dims(bytes, {}) == bytes);
}

static void test_what_follows_the_size_of_a_picture() {
  for (const char* name : {"ab-constant", "ab-planes", "ab-mask", "rgb", "distribution"})
    expect(OnnxGraph::read(network(name)).follows_size, "%s", name);
  expect(!OnnxGraph::read(network("attention")).follows_size, "attention");
  const auto node = [](int inputs, const char* kind) {
    std::string content;
    for (int i = 0; i < inputs; ++i) content += field('\x0A', "x");
    return field('\x0A', content + field('\x22', kind));
  };
  const struct {
    const char* kind;
    int inputs;
    bool follows;
  } cases[] = {{"Resize", 3, true}, {"Resize", 4, false}, {"Reshape", 2, false}, {"", 1, false}, {"Conv", 3, true}};
  for (const auto& c : cases)
    expect(OnnxGraph::read(model(batch, node(c.inputs, c.kind) + node(1, "Relu"))).follows_size == c.follows,
           "%s of %d", c.kind, c.inputs);
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/onnx/the-inputs-are-read", test_the_inputs_are_read);
  g_test_add_func("/onnx/open-dims-get-numbers-and-nothing-else-changes",
                  test_open_dims_get_numbers_and_nothing_else_changes);
  g_test_add_func("/onnx/what-is-cut-short-is-no-reason-to-fall", test_what_is_cut_short_is_no_reason_to_fall);
  g_test_add_func("/onnx/what-follows-the-size-of-a-picture", test_what_follows_the_size_of_a_picture);
  return g_test_run();
}
