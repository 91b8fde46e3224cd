// SPDX-License-Identifier: LGPL-2.1-or-later
#include <opencv2/core/version.hpp>

#include "check.h"
#include "file.h"
#include "onnxcheck.h"

using colorize::check_onnx, colorize::Error;

/// Protocol Buffers by hand: a field of bytes, and one that is a number.
static std::string field(int number, const std::string& content) {
  std::string result{static_cast<char>(number << 3 | 2)};
  for (std::size_t rest = content.size(); (result += static_cast<char>(rest > 127 ? rest | 128 : rest)), rest > 127;)
    rest >>= 7;
  return result + content;
}

static std::string field(int number, std::int64_t value) {
  std::string result{static_cast<char>(number << 3)};
  auto rest = static_cast<std::uint64_t>(value);
  for (; rest > 127; rest >>= 7) result += static_cast<char>(rest | 128);
  return result + static_cast<char>(rest);
}

/// onnx.proto's TensorProto of floats, and of int64s.
static std::string floats(const char* name, const std::vector<std::int64_t>& dims, std::size_t count) {
  std::string tensor;
  for (const std::int64_t dim : dims) tensor += field(1, dim);
  return tensor + field(2, 1) + field(8, name) + field(9, std::string(4 * count, '\0'));
}

static std::string wholes(const char* name, const std::vector<std::int64_t>& values) {
  std::string tensor = field(1, static_cast<std::int64_t>(values.size())) + field(2, 7) + field(8, name);
  for (const std::int64_t value : values) tensor += field(7, value);
  return tensor;
}

/// AttributeProto of numbers.
static std::string ints(const char* name, const std::vector<std::int64_t>& values) {
  std::string attribute = field(1, name);
  for (const std::int64_t value : values) attribute += field(8, value);
  return attribute;
}

static std::string node(const char* kind, const std::vector<const char*>& inputs, const char* output,
                        const std::vector<std::string>& attributes = {}) {
  std::string content;
  for (const char* input : inputs) content += field(1, input);
  content += field(2, output) + field(4, kind);
  for (const std::string& attribute : attributes) content += field(5, attribute);
  return content;
}

/// A model of an input x of four dims.
static std::string model(const std::vector<std::string>& nodes, const std::vector<std::string>& weights = {}) {
  std::string dims, graph;
  for (int i = 0; i < 4; ++i) dims += field(1, field(1, 4));
  for (const std::string& one : nodes) graph += field(1, one);
  for (const std::string& one : weights) graph += field(5, one);
  graph += field(11, field(1, "x") + field(2, field(1, field(1, 1) + field(2, dims))));
  return field(7, graph);
}

static const std::string weights = floats("w", {2, 1, 3, 3}, 18);

/// A convolution by `weights` of what was reshaped to a shape that is put together: 1, channels, height, and `more`.
static std::string reshaped(std::int64_t channels, const std::vector<std::int64_t>& more) {
  return model({node("Shape", {"x"}, "s"), node("Gather", {"s", "at"}, "h"),
                node("Unsqueeze", {"h"}, "side", {ints("axes", {0})}),
                node("Concat", {"one", "channels", "side", "more"}, "shape", {ints("axis", {0})}),
                node("Reshape", {"x", "shape"}, "r"), node("Relu", {"r"}, "t"), node("Conv", {"t", "w"}, "y")},
               {weights, wholes("at", {2}), wholes("one", {1}), wholes("channels", {channels}), wholes("more", more)});
}

static void test_good_networks_pass() {
  for (const auto& entry : std::filesystem::directory_iterator(source_root() / "tests/models"))
    if (entry.path().extension() == ".onnx") check_onnx(colorize::read_file(entry.path()), entry.path().string());
  check_onnx(colorize::read_file(source_root() / "models/colorize.onnx"), "colorize.onnx");
  check_onnx(model({node("Conv", {"x", "w"}, "y", {ints("pads", {1, 1, 1, 1})})}, {weights}), "convolution");
  check_onnx(model({node("Resize", {"x", "", "scales"}, "y")}, {floats("scales", {0}, 0)}), "an empty region");
  check_onnx(model({node("Slice", {"x", "from", "to", "axes"}, "y")},
                   {wholes("from", {0}), wholes("to", {INT64_MAX}), wholes("axes", {3})}),
             "a slice to the end");
  check_onnx(reshaped(1, {-1}), "a shape that is put together");
  check_onnx(reshaped(-1, {4}), "a shape that leaves the channels open");
}

static void test_what_would_end_the_process_is_an_error() {
  const auto convolution = [](const std::vector<std::string>& attributes) {
    return model({node("Conv", {"x", "w"}, "y", attributes)}, {weights});
  };
  const auto with_weights = [](const std::string& tensor) { return model({node("Conv", {"x", "w"}, "y")}, {tensor}); };
  std::vector<std::string> many;
  for (int i = 0; i < 10001; ++i) many.push_back(node("Relu", {"x"}, ("y" + std::to_string(i)).c_str()));
  std::string deep = node("Relu", {"x"}, "y");
  for (int i = 0; i < 10; ++i) deep = node("If", {"x"}, "y", {field(1, "then_branch") + field(6, field(1, deep))});
  const struct {
    const char* what;
    std::string model;
    std::vector<std::string> words;
  } cases[] = {
      {"no data", with_weights(floats("w", {2, 1, 3, 3}, 0)), {"[w]", "2x1x3x3", "0 values"}},
      {"too little data", with_weights(floats("w", {2, 1, 3, 3}, 17)), {"[w]", "17 values"}},
      {"too much data", with_weights(floats("w", {2, 1, 3, 3}, 19)), {"[w]", "19 values"}},
      {"sides below zero", with_weights(floats("w", {-2, -1, 3, 3}, 18)), {"[w]", "-2x-1x3x3"}},
      {"sides that wrap around", with_weights(floats("w", {1LL << 62, 1LL << 62, 1, 1}, 0)), {"[w]", "cannot be"}},
      {"empty weights", with_weights(floats("w", {0, 1, 3, 3}, 0)), {"[w]", "empty"}},
      {"many dims", with_weights(floats("w", std::vector<std::int64_t>(40, 1), 1)), {"[w]", "40 dims"}},
      {"a type that is none", with_weights(field(1, 1) + field(2, 99) + field(8, "w")), {"[w]", "99"}},
      {"data of another type", with_weights(field(1, 1) + field(2, 1) + field(7, 5) + field(8, "w")), {"0 values"}},
      {"flat weights", with_weights(floats("w", {2, 9}, 18)), {"[y] (Conv)", "2x9"}},
      {"another kernel", convolution({ints("kernel_shape", {5, 5})}), {"5x5", "2x1x3x3"}},
      {"no group", convolution({field(1, "group") + field(3, 0)}), {"group", "is 0,"}},
      {"groups that do not divide", convolution({field(1, "group") + field(3, 3)}), {"3 groups"}},
      {"strides of nothing", convolution({ints("strides", {0, 0})}), {"strides", "is 0,"}},
      {"one stride", convolution({ints("strides", {1})}), {"strides", "1 numbers"}},
      {"strides backwards", convolution({ints("dilations", {-1, -1})}), {"dilations", "is -1,"}},
      {"pads inwards", convolution({ints("pads", {-5, -5, 0, 0})}), {"pads", "is -5,"}},
      {"pads without end", convolution({ints("pads", {1 << 30, 0, 0, 0})}), {"pads", "1073741824"}},
      {"no weights", model({node("Conv", {"x"}, "y")}), {"[y] (Conv)", "inputs"}},
      {"a term left out", model({node("Sum", {"x", ""}, "y")}), {"[y] (Sum)", "inputs"}},
      {"an input left out", model({node("Conv", {"x", ""}, "y")}), {"[y] (Conv)", "inputs"}},
      {"too many inputs", model({node("Relu", {"x", "x"}, "y")}), {"[y] (Relu)", "inputs"}},
      {"an input that is nowhere", model({node("Add", {"x", "nope"}, "y")}), {"[nope]", "before"}},
      {"a circle", model({node("Add", {"x", "b"}, "a"), node("Relu", {"a"}, "b")}), {"[a] (Add)", "[b]"}},
      {"its own input", model({node("Add", {"x", "y"}, "y")}), {"[y] (Add)", "[y]"}},
      {"one name for two", model({node("Relu", {"x"}, "y"), node("Tanh", {"x"}, "y")}), {"(Tanh)", "second time"}},
      {"nothing given", model({node("Relu", {"x"}, "")}), {"(Relu)", "gives nothing"}},
      {"no operator", model({node("Region", {"x"}, "y")}), {"Region", "no operator"}},
      {"an axis that is not there", model({node("Softmax", {"x"}, "y", {field(1, "axis") + field(3, 4)})}), {"axis 4"}},
      {"channels that the weights do not have", reshaped(3, {-1}), {"[y] (Conv)", "1 channels", "Reshape", "gives 3"}},
      {"a shape of five dims", reshaped(1, {-1, 1}), {"[y] (Conv)", "4 dims", "[t] has 5"}},
      {"a convolution of five dims",
       model({node("Unsqueeze", {"x"}, "u", {ints("axes", {2})}), node("Conv", {"u", "w"}, "y")}, {weights}),
       {"[y] (Conv)", "4 dims", "[u] has 5"}},
      {"a pool of four dims by a kernel of one side",
       model({node("MaxPool", {"x"}, "y", {ints("kernel_shape", {2})})}),
       {"[y] (MaxPool)", "3 dims", "[x] has 4"}},
      {"steps of nothing",
       model({node("Slice", {"x", "a", "b", "c", "d"}, "y")},
             {wholes("a", {0}), wholes("b", {9}), wholes("c", {2}), wholes("d", {0})}),
       {"[d]", "is 0,"}},
      {"copies without end", model({node("Expand", {"x", "s"}, "y")}, {wholes("s", {1, 1 << 20, 4, 4})}), {"[s]"}},
      {"constants alone", model({node("ArgMax", {"w"}, "y")}, {weights}), {"[y] (ArgMax)", "picture"}},
      {"many nodes", model(many), {"10001 nodes"}},
      {"graphs in graphs", model({deep}), {"deep"}},
      {"weights in another file", with_weights(weights + field(14, 1)), {"[w]", "another file"}},
      {"a node that is cut off", field(7, field(1, node("Relu", {"x"}, "y") + "\x0A\x7F")), {"to its end"}},
      {"two graphs", model({}) + model({}), {"graphs"}},
  };
  for (const auto& c : cases) {
    std::vector<std::string> words = c.words;
    words.insert(words.end(), {"net.onnx", "export it anew"});
    expect_error([&] { check_onnx(c.model, "net.onnx"); }, Error::Kind::network, words, c.what);
  }
}

/// What OpenCV before 4.7 computes something else of, and says nothing.
static void test_what_an_old_opencv_gets_wrong_is_refused() {
  const std::string place = node("ReduceMean", {"x"}, "p", {ints("axes", {2, 3})}),
                    channel = node("ReduceMean", {"x"}, "c", {ints("axes", {-3})}), root = node("Sqrt", {"c"}, "r");
  const struct {
    const char* what;
    std::vector<std::string> nodes;
    const char* word;  ///< of the refusal, where there is one
  } cases[] = {
      {"less the mean of channels", {channel, node("Sub", {"x", "c"}, "y")}, "one channel"},
      {"what comes of the mean of channels, and x", {channel, root, node("Add", {"r", "x"}, "y")}, "one channel"},
      {"by x", {channel, root, node("Div", {"r", "x"}, "y")}, "one channel"},
      {"the mean of places by x", {place, node("Div", {"p", "x"}, "y")}, "one place"},
      {"by the mean of channels", {channel, root, node("Div", {"x", "r"}, "y")}, nullptr},
      {"times the mean of channels", {channel, node("Mul", {"c", "x"}, "y")}, nullptr},
      {"less the mean of places", {place, node("Sub", {"x", "p"}, "y")}, nullptr},
      {"by the mean of places", {place, node("Div", {"x", "p"}, "y")}, nullptr},
      {"of one extent", {channel, root, node("Sub", {"c", "r"}, "y")}, nullptr},
      {"of an unknown one",
       {channel, node("Foo", {"x"}, "f") + field(7, "of"), node("Sub", {"f", "c"}, "y")},
       nullptr}};
  for (const auto& c : cases)
    if (c.word && CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR < 7)
      expect_error([&] { check_onnx(model(c.nodes), "net.onnx"); }, Error::Kind::network, {"[y]", c.word}, c.what);
    else
      check_onnx(model(c.nodes), "net.onnx");
}

/// Only what is all of ONNX, and does nothing over and over, is told to be so.
static void test_what_is_not_plain_is_told() {
  const auto foreign = [](const char* domain) { return node("Add", {"x", "x"}, "y") + field(7, domain); };
  const std::string loop =
      node("Loop", {"x", "x"}, "y", {field(1, "body") + field(6, field(1, node("Relu", {"x"}, "z")))});
  const auto sum = [](const char* equation) {
    return model({node("Einsum", {"x", "x"}, "y", {field(1, "equation") + field(4, equation)})});
  };
  const std::string hidden = field(1, "then_branch") + field(6, field(1, loop));
  const struct {
    const char* what;
    std::string model;
    bool plain;
  } cases[] = {{"one of its own", model({node("Add", {"x", "x"}, "y")}), true},
               {"one of its own, named so", model({foreign("ai.onnx")}), true},
               {"one of a library", model({foreign("com.microsoft")}), false},
               {"a convolution of a library", model({node("Conv", {}, "y") + field(7, "its.own")}), false},
               {"a pool of a library", model({node("AveragePool", {}, "y") + field(7, "its.own")}), false},
               {"a sum of a library", model({node("Add", {"x"}, "y") + field(7, "its.own")}), false},
               {"a norm of a library", model({node("BatchNormalization", {}, "y") + field(7, "its.own")}), false},
               {"a loop", model({loop}), false},
               {"an equation", sum("bchw, bqhw -> bcq"), true},
               {"no equation", model({node("Einsum", {"x", "x"}, "y")}), false},
               {"an equation of one term", sum("bchw->bc"), false},
               {"an equation without a result", sum("bchw,bqhw"), false},
               {"a letter from nowhere", sum("bchw,bqhw->bz"), false},
               {"a letter twice", sum("bchc,bqhw->bq"), false},
               {"a letter twice in the result", sum("bchw,bqhw->bb"), false},
               {"dots", sum("...hw,bqhw->bq"), false},
               {"an empty term", sum(",bqhw->bq"), false},
               {"a loop in a branch", model({node("If", {"x"}, "w", {hidden})}), false},
               {"a function", model({node("Add", {"x", "x"}, "y")}) + '\xca' + '\x01' + '\0', false}};
  for (const auto& c : cases) expect(check_onnx(c.model, "a.onnx") == c.plain, "%s", c.what);
}

static void test_messages_are_short_lines() {
  const std::string name = std::string(100000, 'x') + "\n\x01\xFF";
  try {
    check_onnx(model({node("Relu", {name.c_str()}, "y\ny")}), "net.onnx");
    expect(false, "no error");
  } catch (const Error& error) {
    const std::string text = error.what();
    expect(text.size() < 400 && text.find('\n') == std::string::npos, "%s", text.c_str());
  }
}

static void test_what_is_no_onnx_file_is_left_to_the_library() {
  for (const char* bytes : {"", "text", "\x08\x07", "\xFF\xFF\xFF\xFF"}) check_onnx(bytes, "net.onnx");
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/onnxcheck/good-networks-pass", test_good_networks_pass);
  g_test_add_func("/onnxcheck/what-would-end-the-process-is-an-error", test_what_would_end_the_process_is_an_error);
  g_test_add_func("/onnxcheck/what-an-old-opencv-gets-wrong-is-refused", test_what_an_old_opencv_gets_wrong_is_refused);
  g_test_add_func("/onnxcheck/what-is-not-plain-is-told", test_what_is_not_plain_is_told);
  g_test_add_func("/onnxcheck/messages-are-short-lines", test_messages_are_short_lines);
  g_test_add_func("/onnxcheck/what-is-no-onnx-file-is-left-to-the-library",
                  test_what_is_no_onnx_file_is_left_to_the_library);
  return g_test_run();
}
