// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnxcheck.h"

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <iterator>
#include <limits>
#include <locale>
#include <map>
#include <opencv2/core/version.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

#include "error.h"
#include "excerpt.h"
#include "onnxfields.h"
#include "protobuf.h"

namespace colorize {

namespace {

using namespace protobuf;
using namespace onnx_fields;

constexpr std::size_t any = std::numeric_limits<std::size_t>::max();

/// Operators, by the number of inputs that they take.
struct Operators {
  std::size_t least, most;
  std::string_view kinds;
};

/// Those of ONNX, whatever its version.
constexpr Operators operators[] = {
    {0, 0, " Constant RandomNormal RandomUniform SequenceEmpty "},
    {0, 1, " Optional "},
    {1, 1,
     " Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitwiseNot BlackmanWindow "
     "Cast Ceil Celu ConcatFromSequence ConstantOfShape Cos Cosh DepthToSpace Det DynamicQuantizeLinear "
     "Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HammingWindow "
     "HannWindow HardSigmoid HardSwish Hardmax Identity If IsInf IsNaN LRN LeakyRelu Log LogSoftmax "
     "LpNormalization LpPool MaxPool MeanVarianceNormalization Mish Multinomial Neg NonZero Not "
     "OptionalGetElement OptionalHasElement RandomNormalLike RandomUniformLike Reciprocal Relu Round Selu "
     "SequenceLength Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign SpaceToDepth Sqrt "
     "Swish Tan Tanh ThresholdedRelu Transpose Unique "},
    {1, 2,
     " ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
     "ReduceSumSquare Reshape SequenceErase Split SplitToSequence Squeeze TopK Trilu Unsqueeze Upsample "},
    {1, 3, " Clip DFT Dropout "},
    {1, 4, " Pad Resize "},
    {1, 5, " Slice "},
    {1, any, " Concat Einsum Max Mean Min Scan SequenceConstruct SequenceMap Sum "},
    {2, 2,
     " Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumSum "
     "Div Equal Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual "
     "MatMul MaxRoiPool Mod Mul Or PRelu Pow RMSNormalization ReverseSequence SequenceAt Sub Xor "},
    {2, 3,
     " Conv ConvTranspose DequantizeLinear Gemm LayerNormalization MaxUnpool QuantizeLinear SequenceInsert "
     "Tile "},
    {2, 4, " ConvInteger MatMulInteger STFT "},
    {2, 5, " NonMaxSuppression "},
    {2, any, " Loop "},
    {3, 3,
     " Col2Im GroupNormalization InstanceNormalization OneHot Range RoiAlign Scatter ScatterElements "
     "ScatterND Where "},
    {3, 4, " RotaryEmbedding "},
    {3, 5, " DeformConv "},
    {3, 6, " Attention GRU RNN "},
    {3, 8, " LSTM "},
    {5, 5, " BatchNormalization MelWeightMatrix "},
    {8, 8, " QLinearMatMul "},
    {8, 9, " QLinearConv "},
};

bool is_one_of(const std::string& kind, std::string_view words) {
  return words.find(" " + kind + " ") != std::string_view::npos;
}

const Operators* operators_with(const std::string& kind) {
  const auto* const found = std::ranges::find_if(
      operators, [&](const Operators& row) { return is_one_of(kind, row.kinds) && kind.find(' ') == kind.npos; });
  return found == std::end(operators) ? nullptr : found;
}

/// OpenCV before 4.7 counts axes from the end only here and there, and does not compare constants.
constexpr bool of_old = CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR < 7;

/// What OpenCV before 4.7 fits to a tensor of other dims may be anything.
enum class Extent {
  whole,        ///< many channels at many places
  one_channel,  ///< 1 x 1 x height x width
  one_place     ///< 1 x channels x 1 x 1
};

/// ONNX Runtime does them as often as a file says, or reads and writes beyond an end where its indices lead.
constexpr std::string_view left_to_opencv = " Loop MaxUnpool ";

constexpr std::int64_t longest_side = 65536, longest_step = 4096, most_values = 1 << 24;
constexpr std::size_t most_dims = 16, most_nodes = 10000, deepest = 8;

/// What numbers may be, whatever the pictures.
struct Bounds {
  double low, high;
  bool zero = true;
};
constexpr Bounds axis{-static_cast<double>(most_dims), most_dims - 1}, count{1, longest_side},
    pad{-longest_side, longest_side}, step{1, longest_step}, scale{1.0 / 64, 64};

constexpr struct {
  std::string_view name;
  Bounds bounds;
} attribute_bounds[] = {
    {"strides", step},
    {"dilations", step},
    {"kernel_shape", step},
    {"group", count},
    {"blocksize", step},
    {"num_outputs", count},
    {"size", count},
    {"hidden_size", count},
    {"pads", pad},
    {"output_padding", {0, longest_side}},
    {"output_shape", count},
    {"axis", axis},
    {"axes", axis},
    {"perm", {0, most_dims - 1}},
    {"split", {0, most_values}},
    {"shape", {-1, most_values}},
    {"scales", scale},
    {"height_scale", scale},
    {"width_scale", scale},
};

/// The same of inputs whose values are in the file. Of each copy along an axis OpenCV makes a layer.
constexpr struct {
  std::string_view kind;
  std::size_t input;
  Bounds bounds;
} input_bounds[] = {
    {"ConstantOfShape", 0, {0, most_values}},
    {"Expand", 1, {-1, 4096}},
    {"Pad", 1, pad},
    {"ReduceSum", 1, axis},
    {"Reshape", 1, {-1, most_values}},
    {"Resize", 2, scale},
    {"Resize", 3, count},
    {"Slice", 3, axis},
    {"Slice", 4, {-longest_side, longest_side, false}},
    {"Split", 1, {0, most_values}},
    {"Squeeze", 1, axis},
    {"Tile", 1, {1, 4096}},
    {"Unsqueeze", 1, axis},
    {"Upsample", 1, scale},
};

/// How the values of a data type are stored: in `raw`, or in a field of their own.
constexpr struct {
  std::uint64_t type;
  std::size_t width;
  std::uint64_t field;
} data_types[] = {
    {1, 4, tensor_floats},    // float
    {2, 1, tensor_int32s},    // unsigned and signed bytes
    {3, 1, tensor_int32s},    //
    {4, 2, tensor_int32s},    // of two bytes
    {5, 2, tensor_int32s},    //
    {6, 4, tensor_int32s},    // int32
    {7, 8, tensor_int64s},    // int64
    {9, 1, tensor_int32s},    // bool
    {10, 2, tensor_int32s},   // float of two bytes
    {11, 8, tensor_doubles},  // double
    {12, 4, tensor_uint64s},  // unsigned
    {13, 8, tensor_uint64s},  //
    {16, 2, tensor_int32s},   // bfloat16
};

/// Give as many channels, height and width as they take.
constexpr std::string_view elementwise =
    " Abs BatchNormalization Cast Clip Dropout Elu Erf Exp HardSigmoid HardSwish Identity LeakyRelu Log Neg Relu "
    "Sigmoid Softplus Sqrt Tanh ";

struct Tensor {
  std::vector<std::int64_t> dims;
  std::size_t count = 1;
  std::vector<double> values;  ///< of one that has few: such numbers stand for sizes and axes
};

struct Node {
  std::string kind, domain;
  std::vector<std::string> inputs, outputs;
  std::vector<std::string_view> attributes;

  std::string title() const {
    return "node [" + excerpt(outputs.empty() ? "" : outputs[0]) + "] (" + excerpt(kind) + ")";
  }
};

std::string shape_of(const std::vector<std::int64_t>& dims) {
  std::string text;
  for (const std::int64_t dim : dims) text += (text.empty() ? "" : "x") + std::to_string(dim);
  return text.empty() ? "a single value" : text;
}

std::string written(double number) {
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::setprecision(15) << number;
  return text.str();
}

/// What is known where a node stands.
struct Scope {
  std::set<std::string> names;               ///< of all tensors that are there
  std::map<std::string, Tensor> constants;   ///< of those whose values the file has
  std::set<std::string> fixed;               ///< of those that are the same for all pictures of a size
  std::map<std::string, std::size_t> ranks;  ///< how many dims they have, where that is known
  std::map<std::string, Extent> extents;     ///< of those that are not constant, where that is known
  std::map<std::string, double> channels;    ///< of what a Reshape gives, where the file says it
  /// Of those that are put together, with -1 for numbers that are computed.
  std::map<std::string, std::vector<double>> shapes;

  /// What a tensor holds that may be a shape; nothing where not even its length is known.
  std::vector<double> shape(const std::string& name) const {
    if (const auto constant = constants.find(name); constant != constants.end()) return constant->second.values;
    const auto found = shapes.find(name);
    return found == shapes.end() ? std::vector<double>() : found->second;
  }

  std::optional<Extent> extent(const std::string& name) const {
    const auto found = extents.find(name);
    return found == extents.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<std::size_t> rank(const std::string& name) const {
    const auto found = ranks.find(name);
    return found == ranks.end() ? std::nullopt : std::optional(found->second);
  }
};

class Check {
 public:
  explicit Check(const std::string& origin) : origin_(origin) {}

  void graph(std::string_view message, Scope scope, std::size_t depth) {
    if (depth > deepest) fail("graphs lie in graphs, more than " + std::to_string(deepest) + " deep");
    std::vector<std::string_view> nodes;
    walk(message, [&](const Field& field) {
      if (field.is(graph_node)) nodes.push_back(field.content);
      if (field.is(graph_input)) add_input(field.content, scope);
      if (!field.is(graph_initializer)) return;
      const std::string name = text_of(field.content, tensor_name);
      scope.names.insert(name);
      add_constant(name, tensor(field.content, "weight [" + excerpt(name) + "]"), scope);
    });
    if ((nodes_ += nodes.size()) > most_nodes)
      fail("it has " + std::to_string(nodes_) + " nodes, and " + std::to_string(most_nodes) + " are the most");
    for (const std::string_view node : nodes) check(read_node(node), scope, depth);
  }

  bool is_plain() const { return is_plain_; }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(Error::Kind::network, origin_ + ": " + why + "; export it anew (Python's onnx.checker may tell more)");
  }

  template <typename Found>
  void walk(std::string_view message, const Found& found) const {
    if (!each_field(message, found).empty()) fail("a part of it cannot be read to its end");
  }

  void add_input(std::string_view message, Scope& scope) const {
    const std::string name = text_of(message, value_name), title = "input [" + excerpt(name) + "]";
    scope.names.insert(name);
    each_of(message, value_type, [&](const Field& type) {
      each_of(type.content, type_tensor, [&](const Field& of_tensor) {
        each_of(of_tensor.content, tensor_shape, [&](const Field& shape) {
          std::size_t dims = 0;
          each_of(shape.content, shape_dim, [&](const Field& dim) {
            const bool counts_channels = dims++ == 1;
            each_number(dim.content, dim_value, [&](std::int64_t side) {
              if (counts_channels && side > 0) scope.extents[name] = side > 1 ? Extent::whole : Extent::one_channel;
              if (side < -1 || side > longest_side) fail(title + " has a side of " + std::to_string(side));
            });
          });
          if (dims > most_dims) fail(title + " has " + std::to_string(dims) + " dims");
          scope.ranks[name] = dims;
        });
      });
    });
  }

  static void add_constant(const std::string& name, Tensor value, Scope& scope) {
    scope.fixed.insert(name);
    scope.ranks[name] = std::max<std::size_t>(value.dims.size(), 1);
    scope.constants[name] = std::move(value);
  }

  Tensor tensor(std::string_view message, const std::string& title) const {
    Tensor result;
    std::uint64_t type = 0, location = 0;
    std::string_view raw;
    walk(message, [&](const Field& field) {
      if (field.is(tensor_type, wire_varint)) type = field.value;
      if (field.is(tensor_location, wire_varint)) location = field.value;
      if (field.is(tensor_raw)) raw = field.content;
    });
    if (location != 0) fail(title + " lies in another file, which only weights may");
    each_number(message, tensor_dims, [&](std::int64_t dim) { result.dims.push_back(dim); });
    if (result.dims.size() > most_dims) fail(title + " has " + std::to_string(result.dims.size()) + " dims");
    constexpr std::size_t most = std::numeric_limits<std::int32_t>::max();
    for (const std::int64_t dim : result.dims) {
      const auto side = static_cast<std::size_t>(dim);
      if (dim < 0 || (side > 0 && result.count > most / side)) fail(title + " cannot be " + shape_of(result.dims));
      result.count *= side;
    }
    const auto* const stored = std::ranges::find(data_types, type, [](const auto& known) { return known.type; });
    if (stored == std::end(data_types)) fail(title + " is of the data type " + std::to_string(type));
    std::size_t held = 0;
    const auto add = [&](auto value) {
      if (++held <= most_values_kept) result.values.push_back(static_cast<double>(value));
    };
    if (stored->field == tensor_floats) each_fixed<float>(message, tensor_floats, add);
    if (stored->field == tensor_doubles) each_fixed<double>(message, tensor_doubles, add);
    if (stored->field != tensor_floats && stored->field != tensor_doubles) each_number(message, stored->field, add);
    if (held == 0 && raw.size() % stored->width == 0) {
      held = raw.size() / stored->width;
      result.values = values_in(raw, type);
    }
    if (held != result.count)
      fail(title + " has to hold " + shape_of(result.dims) + " but holds " + std::to_string(held) + " values");
    if (held > most_values_kept) result.values.clear();
    return result;
  }

  static std::vector<double> values_in(std::string_view raw, std::uint64_t type) {
    std::vector<double> values;
    const auto read = [&]<typename T>(T value) {
      for (; raw.size() >= sizeof(T) && values.size() < most_values_kept; raw.remove_prefix(sizeof(T))) {
        std::memcpy(&value, raw.data(), sizeof(T));
        values.push_back(static_cast<double>(value));
      }
    };
    if (type == 1) read(float());
    if (type == 6) read(std::int32_t());
    if (type == 7) read(std::int64_t());
    return values;
  }

  Node read_node(std::string_view message) const {
    Node node;
    walk(message, [&](const Field& field) {
      if (field.is(node_input)) node.inputs.emplace_back(field.content);
      if (field.is(node_output)) node.outputs.emplace_back(field.content);
      if (field.is(node_kind)) node.kind = field.content;
      if (field.is(node_domain)) node.domain = field.content;
      if (field.is(node_attribute)) node.attributes.push_back(field.content);
    });
    return node;
  }

  void check(const Node& node, Scope& scope, std::size_t depth) {
    const bool is_of_onnx = node.domain.empty() || node.domain == "ai.onnx";
    constexpr Operators foreign{0, any, ""};
    const Operators* const kind = is_of_onnx ? operators_with(node.kind) : &foreign;
    if (!kind) fail(node.title() + " is of no operator of ONNX");
    if (!is_of_onnx || is_one_of(node.kind, left_to_opencv) || (node.kind == "Einsum" && !is_plain_sum(node)))
      is_plain_ = false;
    const auto is_given = [](const std::string& name) { return !name.empty(); };
    const bool wants_all = is_of_onnx && kind->least == 1 && kind->most == any;  // a sum has no term left out
    const std::size_t wanted = wants_all ? std::max<std::size_t>(node.inputs.size(), 1) : kind->least;
    if (node.inputs.size() < wanted || node.inputs.size() > kind->most ||
        !std::ranges::all_of(node.inputs.begin(), node.inputs.begin() + static_cast<long>(wanted), is_given))
      fail(node.title() + " does not have the inputs that it takes");
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (is_given(node.inputs[i]) && !scope.names.contains(node.inputs[i]))
        fail(node.title() + " takes [" + excerpt(node.inputs[i]) + "], which nothing before it gives");
      check_constant(node, i, scope);
    }
    for (const std::string_view attribute : node.attributes) check_attribute(node, attribute, scope, depth);
    if (node.kind == "Conv" || node.kind == "ConvTranspose") check_convolution(node, scope);
    check_sides(node, scope);
    check_axes(node, scope);
    const bool is_fixed = check_fixed(node, scope);
    const auto rank = rank_after(node, scope);
    const auto extent = extent_after(node, scope);
    const auto shape = shape_after(node, scope);
    const double channels = channels_after(node, scope);
    if (of_old) check_extents(node, scope);
    bool gives = false;
    for (const std::string& output : node.outputs) {
      if (output.empty()) continue;
      gives = true;
      if (!scope.names.insert(output).second) fail(node.title() + " gives [" + excerpt(output) + "] a second time");
      if (is_fixed) scope.fixed.insert(output);
      if (rank) scope.ranks.try_emplace(output, *rank);
      if (extent) scope.extents.try_emplace(output, *extent);
      if (!shape.empty()) scope.shapes.try_emplace(output, shape);
      if (channels > 0) scope.channels.try_emplace(output, channels);
    }
    if (!gives) fail(node.title() + " gives nothing");
  }

  void check_numbers(const std::vector<double>& numbers, const Bounds& bounds, const std::string& title) const {
    for (const double number : numbers)
      if (!(number >= bounds.low && number <= bounds.high) || (number == 0 && !bounds.zero))
        fail(title + " is " + written(number) + ", which cannot be");
  }

  void check_constant(const Node& node, std::size_t input, const Scope& scope) const {
    const auto constant = scope.constants.find(node.inputs[input]);
    if (constant == scope.constants.end()) return;
    const std::string title = "input [" + excerpt(node.inputs[input]) + "] of " + node.title();
    // One of region, scales and sizes says what Resize does, and a shape of no sides is that of a single value.
    const bool may_be_empty =
        (input > 0 && is_one_of(node.kind, " Resize Upsample ")) || node.kind == "ConstantOfShape";
    if (constant->second.count == 0 && !may_be_empty) fail(title + " is empty");
    for (const auto& [kind, place, bounds] : input_bounds)
      if (kind == node.kind && place == input) check_numbers(constant->second.values, bounds, title);
  }

  void check_attribute(const Node& node, std::string_view message, Scope& scope, std::size_t depth) {
    const std::string name = text_of(message, attribute_name);
    const std::string title = "[" + excerpt(name) + "] of " + node.title();
    int tensors = 0;
    walk(message, [&](const Field& field) {
      if (field.is(attribute_graph) || field.is(attribute_graphs)) graph(field.content, scope, depth + 1);
      if (!field.is(attribute_tensor)) return;
      if (++tensors > 1) fail(title + " is there twice");  // Protocol Buffers would mix the two
      const Tensor value = tensor(field.content, title);
      if (node.kind == "Constant" && !node.outputs.empty()) add_constant(node.outputs[0], value, scope);
    });
    const auto* const known =
        std::ranges::find(attribute_bounds, std::string_view(name), [](const auto& bound) { return bound.name; });
    if (known == std::end(attribute_bounds)) return;
    std::vector<double> numbers;
    const auto add = [&](auto number) { numbers.push_back(static_cast<double>(number)); };
    each_number(message, attribute_int, add);
    each_number(message, attribute_ints, add);
    each_fixed<float>(message, attribute_float, add);
    each_fixed<float>(message, attribute_floats, add);
    if (numbers.empty()) fail(title + " is empty");
    check_numbers(numbers, known->bounds, title);
    if (name == "pads" && node.kind != "Pad") check_numbers(numbers, {0, pad.high}, title);
  }

  /// The numbers of an attribute, as 2, 2; nothing where it is not there.
  static std::vector<std::int64_t> numbers_of(const Node& node, std::string_view name) {
    std::vector<std::int64_t> numbers;
    for (const std::string_view attribute : node.attributes) {
      if (text_of(attribute, attribute_name) != name) continue;
      each_number(attribute, attribute_int, [&](std::int64_t number) { numbers.push_back(number); });
      each_number(attribute, attribute_ints, [&](std::int64_t number) { numbers.push_back(number); });
    }
    return numbers;
  }

  /// Whether an Einsum says "bqc,bchw->bqhw": a term of different letters for each input, and others of these in what
  /// comes out.
  static bool is_plain_sum(const Node& node) {
    std::string equation;
    for (const std::string_view attribute : node.attributes)
      if (text_of(attribute, attribute_name) == "equation") equation = text_of(attribute, attribute_text);
    std::erase(equation, ' ');
    const std::size_t arrow = equation.find("->");
    if (arrow == equation.npos) return false;
    std::set<char> all;
    const auto is_term = [&](std::string_view term, bool gives) {
      const std::set<char> letters(term.begin(), term.end());
      const bool is_plain = std::ranges::all_of(
          letters, [&](char letter) { return (letter >= 'a' && letter <= 'z') && (!gives || all.contains(letter)); });
      all.insert(letters.begin(), letters.end());
      return is_plain && !term.empty() && letters.size() == term.size();
    };
    std::size_t terms = 0;
    for (std::string_view rest = std::string_view(equation).substr(0, arrow);; ++terms) {
      const std::size_t comma = rest.find(',');
      if (!is_term(rest.substr(0, comma), false)) return false;
      if (comma == rest.npos) break;
      rest.remove_prefix(comma + 1);
    }
    return terms + 1 == node.inputs.size() && is_term(std::string_view(equation).substr(arrow + 2), true);
  }

  /// Whether what a node gives is the same for all pictures of a size.
  bool check_fixed(const Node& node, const Scope& scope) const {
    const auto is_fixed = [&](const std::string& name) { return name.empty() || scope.fixed.contains(name); };
    if (node.kind == "CumSum" && !is_fixed(node.inputs[1])) fail(node.title() + " has an axis that changes");
    if (is_one_of(node.kind, " Shape Size Constant ")) return true;
    if (node.kind == "BatchNormalization" && is_fixed(node.inputs[0]))
      fail(node.title() + " takes nothing of the picture, which OpenCV " CV_VERSION " cannot work out");
    if (node.inputs.empty() || !std::ranges::all_of(node.inputs, is_fixed)) return false;
    if (is_one_of(node.kind, " ArgMax ArgMin ") || (of_old && is_one_of(node.kind, " Equal Greater Less ")))
      fail(node.title() + " takes nothing of the picture, which OpenCV " CV_VERSION " cannot work out");
    return true;
  }

  /// An axis has to be one of the dims of what comes in.
  void check_axes(const Node& node, const Scope& scope) const {
    if (node.inputs.empty()) return;
    const auto rank = scope.rank(node.inputs[0]);
    auto axes = numbers_of(node, "axis");
    std::ranges::copy(numbers_of(node, "axes"), std::back_inserter(axes));
    const bool adds = node.kind == "Unsqueeze";
    for (const std::int64_t number : axes) {
      const auto dims = static_cast<std::int64_t>(rank.value_or(most_dims) + (adds ? axes.size() : 0));
      const bool is_plain =
          is_one_of(node.kind, " Gather Squeeze ") || (node.kind == "Concat" && scope.fixed.contains(node.inputs[0]));
      const bool counts_from_end = !of_old || !is_plain;
      if (number >= dims || number < (counts_from_end ? -dims : 0))
        fail(node.title() + " has the axis " + std::to_string(number) + " of " + std::to_string(dims) +
             (number < 0 && number >= -dims ? ", and OpenCV " CV_VERSION " cannot count from the end there" : ""));
    }
  }

  /// How many dims a node gives, where that is plain.
  std::optional<std::size_t> rank_after(const Node& node, const Scope& scope) const {
    if (node.kind == "Shape") return 1;
    if (node.inputs.empty()) return std::nullopt;
    const auto before = scope.rank(node.inputs[0]);
    const auto sized = [&](const std::string& name) -> std::optional<std::size_t> {
      if (const auto put = scope.shapes.find(name); put != scope.shapes.end()) return put->second.size();
      const auto constant = scope.constants.find(name);
      return constant == scope.constants.end() ? std::nullopt : std::optional(constant->second.count);
    };
    if (is_one_of(node.kind, " Flatten Gemm ")) return 2;
    if (node.kind == "ConstantOfShape") return sized(node.inputs[0]);
    if (node.kind == "Reshape" && node.inputs.size() > 1) return sized(node.inputs[1]);
    const std::size_t axes = numbers_of(node, "axes").size();
    if (before && axes > 0 && node.kind == "Unsqueeze") return *before + axes;
    if (before && axes > 0 && node.kind == "Squeeze" && *before > axes) return *before - axes;
    if (is_one_of(node.kind, " Add Sub Mul Div Pow Max Min Sum Concat MatMul ")) {
      std::optional<std::size_t> most = before;
      for (const std::string& input : node.inputs)
        if (const auto rank = scope.rank(input); most && rank)
          most = std::max(*most, *rank);
        else
          most.reset();
      return most;
    }
    constexpr std::string_view keepers =
        " AveragePool BatchNormalization Cast Clip Conv ConvTranspose Dropout Elu GlobalAveragePool GlobalMaxPool "
        "Identity InstanceNormalization LRN LeakyRelu LogSoftmax MaxPool Neg PRelu Pad Relu Resize Sigmoid Slice "
        "Softmax Split Tanh Transpose Upsample ";
    return is_one_of(node.kind, keepers) ? before : std::nullopt;
  }

  /// Nothing for what is constant, or has other than four dims, and where it is not plain.
  std::optional<Extent> extent_after(const Node& node, const Scope& scope) const {
    if (node.inputs.empty() || scope.rank(node.inputs[0]).value_or(4) != 4) return std::nullopt;
    const auto before = scope.extent(node.inputs[0]);
    if (is_one_of(node.kind, " GlobalAveragePool GlobalMaxPool ")) return Extent::one_place;
    if (is_one_of(node.kind, " Conv ConvTranspose ")) {
      const auto weights = scope.constants.find(node.inputs[1]);
      if (weights == scope.constants.end() || weights->second.dims.size() != 4 || !before) return std::nullopt;
      if (*before == Extent::one_place) return node.kind == "Conv" ? before : std::nullopt;
      return weights->second.dims[node.kind == "Conv" ? 0 : 1] > 1 ? Extent::whole : Extent::one_channel;
    }
    if (node.kind.starts_with("Reduce")) {
      std::set<std::int64_t> axes;
      for (const std::int64_t number : numbers_of(node, "axes")) axes.insert(number < 0 ? number + 4 : number);
      if (node.inputs.size() > 1)
        if (const auto values = scope.constants.find(node.inputs[1]); values != scope.constants.end())
          for (const double number : values->second.values)
            axes.insert(static_cast<std::int64_t>(number < 0 ? number + 4 : number));
      const auto kept = numbers_of(node, "keepdims");
      if (before != Extent::whole || (!kept.empty() && kept[0] == 0)) return std::nullopt;
      if (axes == std::set<std::int64_t>{1}) return Extent::one_channel;
      if (axes == std::set<std::int64_t>{2, 3}) return Extent::one_place;
      return std::nullopt;
    }
    if (is_one_of(node.kind, " Add Sub Mul Div Pow ")) {
      const auto first = scope.constants.find(node.inputs[0]), second = scope.constants.find(node.inputs[1]);
      const auto none = scope.constants.end();
      const auto other = scope.extent(node.inputs[1]);
      if (before == Extent::whole || other == Extent::whole) return Extent::whole;
      if (second != none) return second->second.count == 1 ? before : std::nullopt;
      if (first != none) return first->second.count == 1 ? other : std::nullopt;
      return before == other ? before : std::nullopt;
    }
    return is_one_of(node.kind, elementwise) ? before : std::nullopt;
  }

  /// The numbers of a shape that is put together, -1 for those that are computed; nothing where it is not plain.
  static std::vector<double> shape_after(const Node& node, const Scope& scope) {
    if (node.kind == "Unsqueeze") return {-1};
    std::vector<double> shape;
    if (node.kind != "Concat") return shape;
    for (const std::string& input : node.inputs) {
      const std::vector<double> part = scope.shape(input);
      if (part.empty() || shape.size() + part.size() > most_dims) return {};
      std::ranges::copy(part, std::back_inserter(shape));
    }
    return shape;
  }

  /// How many channels come out, where a Reshape before says it; else nothing above 0.
  static double channels_after(const Node& node, const Scope& scope) {
    if (node.kind == "Reshape" && node.inputs.size() > 1) {
      const std::vector<double> shape = scope.shape(node.inputs[1]);
      return shape.size() > 1 ? shape[1] : -1;
    }
    const auto before = node.inputs.empty() ? scope.channels.end() : scope.channels.find(node.inputs[0]);
    return is_one_of(node.kind, elementwise) && before != scope.channels.end() ? before->second : -1;
  }

  /// Which it refuses itself at some sizes only, and computes something else at others.
  void check_extents(const Node& node, const Scope& scope) const {
    if (!is_one_of(node.kind, " Add Sub Div ")) return;
    const auto first = scope.extent(node.inputs[0]), second = scope.extent(node.inputs[1]);
    if (!first || !second || first == second) return;
    const bool is_reversed = second == Extent::whole;
    if (node.kind == "Div" ? is_reversed : first == Extent::one_channel || second == Extent::one_channel)
      fail(node.title() + " takes a whole tensor and one of " +
           ((is_reversed ? first : second) == Extent::one_channel ? "one channel" : "one place") +
           " in an order that OpenCV " CV_VERSION " gets wrong, and ONNX Runtime right");
  }

  void check_convolution(const Node& node, const Scope& scope) const {
    const auto weights = scope.constants.find(node.inputs[1]);
    if (weights == scope.constants.end()) return;
    const std::vector<std::int64_t>& dims = weights->second.dims;
    if (dims.size() < 3 || dims.size() > 5) fail(node.title() + " cannot have weights of " + shape_of(dims));
    const std::size_t sides = dims.size() - 2;
    const auto kernel = numbers_of(node, "kernel_shape");
    if (!kernel.empty() && !std::ranges::equal(kernel, std::vector(dims.begin() + 2, dims.end())))
      fail(node.title() + " says that its kernel is " + shape_of(kernel) + ", but has weights of " + shape_of(dims));
    for (const auto& [name, size] : {std::pair{"strides", sides}, {"dilations", sides}, {"pads", 2 * sides}})
      if (const auto numbers = numbers_of(node, name); !numbers.empty() && numbers.size() != size)
        fail(node.title() + " has " + std::to_string(numbers.size()) + " numbers in " + name);
    const auto group = numbers_of(node, "group");
    if (!group.empty() && dims[0] % group[0] != 0)
      fail(node.title() + " cannot have " + std::to_string(group[0]) + " groups with weights of " + shape_of(dims));
    // Where a Reshape does not keep what there is, OpenCV keeps the dims before it and gives more of them than it says.
    const auto channels = scope.channels.find(node.inputs[0]);
    const std::int64_t wanted = node.kind == "Conv" ? dims[1] * (group.empty() ? 1 : group[0]) : dims[0];
    if (channels != scope.channels.end() && channels->second != static_cast<double>(wanted))
      fail(node.title() + " takes " + std::to_string(wanted) + " channels, but the Reshape before it gives " +
           written(channels->second));
  }

  /// OpenCV divides by a stride for each side of the input, and reads beyond their end where the kernel has fewer.
  void check_sides(const Node& node, const Scope& scope) const {
    if (!is_one_of(node.kind, " AveragePool Conv ConvTranspose LpPool MaxPool ")) return;
    const auto kernel = numbers_of(node, "kernel_shape");
    const auto rank = scope.rank(node.inputs[0]);
    std::optional<std::size_t> wanted;
    if (!kernel.empty())
      wanted = kernel.size() + 2;
    else if (node.inputs.size() > 1)
      wanted = scope.rank(node.inputs[1]);
    if (rank && wanted && rank != wanted)
      fail(node.title() + " takes " + std::to_string(*wanted) + " dims, but [" + excerpt(node.inputs[0]) + "] has " +
           std::to_string(*rank));
  }

  static constexpr std::size_t most_values_kept = 64;

  const std::string& origin_;
  std::size_t nodes_ = 0;
  bool is_plain_ = true;
};

}  // namespace

bool check_onnx(std::string_view model, const std::string& origin) {
  std::vector<std::string_view> graphs;
  each_of(model, model_graph, [&](const Field& field) { graphs.push_back(field.content); });
  if (graphs.size() > 1) throw Error(Error::Kind::network, origin + ": has several graphs; export it anew");
  Check check(origin);
  for (const std::string_view graph : graphs) check.graph(graph, {}, 0);
  bool defines = false;
  each_of(model, model_function, [&](const Field&) { defines = true; });
  return check.is_plain() && !defines;
}

}  // namespace colorize
