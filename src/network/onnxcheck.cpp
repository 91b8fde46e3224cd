// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnxcheck.h"

#include <algorithm>
#include <cstring>
#include <iomanip>
#include <iterator>
#include <limits>
#include <locale>
#include <opencv2/core/version.hpp>
#include <optional>
#include <set>
#include <sstream>
#include <vector>

#include "error.h"
#include "excerpt.h"
#include "onnxfields.h"
#include "onnxrules.h"
#include "onnxscope.h"
#include "protobuf.h"

namespace colorize {

namespace {

using namespace protobuf;
using namespace onnx_fields;
using namespace onnx_graph;
using namespace onnx_rules;

/// OpenCV before 4.7 counts axes from the end only here and there, and does not compare constants.
constexpr bool of_old = CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR < 7;

/// ONNX Runtime does them as often as a file says, or reads and writes beyond an end where its indices lead.
constexpr std::string_view left_to_opencv = " Loop MaxUnpool ";

constexpr std::size_t most_nodes = 10000, deepest = 8;

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
      scope.add_constant(name, tensor(field.content, "weight [" + excerpt(name) + "]"));
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
    const DataType* const stored = data_type(type);
    if (!stored) fail(title + " is of the data type " + std::to_string(type));
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
    // Another's operator may have the name of one of ONNX, and need not have its inputs.
    Node known{.kind = {}, .domain = {}, .inputs = {}, .outputs = node.outputs, .attributes = {}};
    if (is_of_onnx) known = node;
    const bool is_fixed = check_known(known, scope);
    if (!std::ranges::any_of(node.outputs, is_given)) fail(node.title() + " gives nothing");
    if (const auto twice = scope.add_outputs(known, is_fixed))
      fail(node.title() + " gives [" + excerpt(*twice) + "] a second time");
  }

  /// What the kind asks for. Returns whether it gives the same for all pictures of a size.
  bool check_known(const Node& node, const Scope& scope) const {
    if (node.kind == "Conv" || node.kind == "ConvTranspose") check_convolution(node, scope);
    check_sides(node, scope);
    check_axes(node, scope);
    const bool is_fixed = check_fixed(node, scope);
    if (of_old) check_extents(node, scope);
    return is_fixed;
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
    if (const Bounds* const bounds = bounds_of(node.kind, input))
      check_numbers(constant->second.values, *bounds, title);
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
      if (node.kind == "Constant" && !node.outputs.empty()) scope.add_constant(node.outputs[0], value);
    });
    const Bounds* const bounds = bounds_of(name);
    if (!bounds) return;
    std::vector<double> numbers;
    const auto add = [&](auto number) { numbers.push_back(static_cast<double>(number)); };
    each_number(message, attribute_int, add);
    each_number(message, attribute_ints, add);
    each_fixed<float>(message, attribute_float, add);
    each_fixed<float>(message, attribute_floats, add);
    if (numbers.empty()) fail(title + " is empty");
    check_numbers(numbers, *bounds, title);
    if (name == "pads" && node.kind != "Pad") check_numbers(numbers, {0, padding.high}, title);
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
    auto axes = node.numbers_of("axis");
    std::ranges::copy(node.numbers_of("axes"), std::back_inserter(axes));
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
    const auto kernel = node.numbers_of("kernel_shape");
    if (!kernel.empty() && !std::ranges::equal(kernel, std::vector(dims.begin() + 2, dims.end())))
      fail(node.title() + " says that its kernel is " + shape_of(kernel) + ", but has weights of " + shape_of(dims));
    for (const auto& [name, size] : {std::pair{"strides", sides}, {"dilations", sides}, {"pads", 2 * sides}})
      if (const auto numbers = node.numbers_of(name); !numbers.empty() && numbers.size() != size)
        fail(node.title() + " has " + std::to_string(numbers.size()) + " numbers in " + name);
    const auto group = node.numbers_of("group");
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
    const auto kernel = node.numbers_of("kernel_shape");
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
