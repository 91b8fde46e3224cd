// SPDX-License-Identifier: LGPL-2.1-or-later
#include "check.h"
#include "prototxt.h"

static const std::string structure = R"net(name: "net"  # a comment with a brace { and "top"
input: "data"
input_shape { dim: 1 dim: 1 dim: 8 dim: 8 }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 2 kernel_size: 1 } }
layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "conv1_1" type: "Convolution" bottom: "conv1" top: "conv1_1" }
layer { name: 'odd' type: "Scale" bottom: "conv1_1" top : 'odd/name.(x)' }
# layer { name: "never" top: "never" }
layer { name: "last" type: "Softmax" bottom: "odd/name.(x)" top: "last" }
)net";

static bool has(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

static void test_it_ends_after_the_last_layer_that_gives_the_tensor() {
  const struct {
    const char *tensor, *last, *gone;
  } cases[] = {
      {"conv1", "relu1", "conv1_1"}, {"conv1_1", "name: \"conv1_1\"", "odd"}, {"odd/name.(x)", "'odd'", "\"last\""}};
  for (const auto& c : cases) {
    const std::string text = colorize::prototxt_until(structure, c.tensor);
    expect(has(text, c.last) && !has(text, c.gone), "until %s: %s", c.tensor, text.c_str());
    expect(has(text, "input_shape") && has(text, "input: \"data\""), "until %s there is no input", c.tensor);
    expect(std::ranges::count(text, '{') == std::ranges::count(text, '}'), "until %s a brace is open", c.tensor);
  }
  const std::string whole = colorize::prototxt_until(structure, "last");
  for (const char* layer : {"conv1\"", "relu1", "conv1_1\"", "'odd'", "\"last\"", "kernel_size: 1"})
    expect(has(whole, layer), "%s", layer);
  g_assert_false(has(whole, "#"));
}

static void test_a_tensor_that_no_layer_gives_is_nothing() {
  for (const char* tensor : {"never", "conv", "conv1_", "onv1", "", "last\"", "odd/name_(x)", ".*", "data"})
    expect(colorize::prototxt_until(structure, tensor).empty(), "'%s' was found", tensor);
}

static void test_blanks_may_be_many() {
  const std::string blanks(1 << 20, ' '), begin = "layer { top" + blanks + ":" + blanks;
  expect(has(colorize::prototxt_until(begin + "'x' }", "x"), "'x' }"), "'x' is not found");
  expect(colorize::prototxt_until(begin + "}", "x").empty(), "what is not there is found");
}

static void test_what_is_no_structure_is_nothing() {
  for (const char* text : {"", "}", "}}}}{", "{", "layer {", "layer { top: \"x\" ", "# top: \"x\"", "no network"})
    expect(colorize::prototxt_until(text, "x").empty(), "%s", text);
}

static void test_what_would_end_the_process_is_a_flaw() {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += i % 2 ? "a {" : "a: <";
  const struct {
    std::string text;
    const char* word;
  } cases[] = {{structure, ""},
               {"layer { convolution_param { group: 0 } }", "group"},
               {"layer { convolution_param { stride :\n-1 } }", "stride"},
               {"layer { convolution_param { kernel_size: 0x7FFFFFFF } }", "kernel_size"},
               {"layer { inner_product_param { num_output: 99999999999 } }", "num_output"},
               {deep, "deep"},
               {"layer { my_group: 0 group { } }", ""}};
  for (const auto& c : cases) {
    const std::string flaw = colorize::flaw_of_prototxt(c.text);
    expect(flaw.empty() == !*c.word && has(flaw, c.word), "%s: %s", c.text.c_str(), flaw.c_str());
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/prototxt/it-ends-after-the-last-layer-that-gives-the-tensor",
                  test_it_ends_after_the_last_layer_that_gives_the_tensor);
  g_test_add_func("/prototxt/a-tensor-that-no-layer-gives-is-nothing", test_a_tensor_that_no_layer_gives_is_nothing);
  g_test_add_func("/prototxt/blanks-may-be-many", test_blanks_may_be_many);
  g_test_add_func("/prototxt/what-is-no-structure-is-nothing", test_what_is_no_structure_is_nothing);
  g_test_add_func("/prototxt/what-would-end-the-process-is-a-flaw", test_what_would_end_the_process_is_a_flaw);
  return g_test_run();
}
