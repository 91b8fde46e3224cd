// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnxscope.h"

#include <algorithm>
#include <iterator>

#include "excerpt.h"
#include "onnxfields.h"
#include "onnxrules.h"
#include "protobuf.h"

namespace colorize::onnx_graph {

namespace {

using namespace onnx_fields;
using namespace onnx_rules;
using namespace protobuf;

/// Give as many channels, height and width as they take.
constexpr std::string_view elementwise =
    " Abs BatchNormalization Cast Clip Dropout Elu Erf Exp HardSigmoid HardSwish Identity LeakyRelu Log Neg Relu "
    "Sigmoid Softplus Sqrt Tanh ";

/// How many dims a node gives, where that is plain.
std::optional<std::size_t> rank_after(const Node& node, const Scope& scope) {
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
  const std::size_t axes = node.numbers_of("axes").size();
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
std::optional<Extent> extent_after(const Node& node, const Scope& scope) {
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
    for (const std::int64_t number : node.numbers_of("axes")) axes.insert(number < 0 ? number + 4 : number);
    if (node.inputs.size() > 1)
      if (const auto values = scope.constants.find(node.inputs[1]); values != scope.constants.end())
        for (const double number : values->second.values)
          axes.insert(static_cast<std::int64_t>(number < 0 ? number + 4 : number));
    const auto kept = node.numbers_of("keepdims");
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
std::vector<double> shape_after(const Node& node, const Scope& scope) {
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
double channels_after(const Node& node, const Scope& scope) {
  if (node.kind == "Reshape" && node.inputs.size() > 1) {
    const std::vector<double> shape = scope.shape(node.inputs[1]);
    return shape.size() > 1 ? shape[1] : -1;
  }
  const auto before = node.inputs.empty() ? scope.channels.end() : scope.channels.find(node.inputs[0]);
  return is_one_of(node.kind, elementwise) && before != scope.channels.end() ? before->second : -1;
}

}  // namespace

std::string Node::title() const {
  return "node [" + excerpt(outputs.empty() ? "" : outputs[0]) + "] (" + excerpt(kind) + ")";
}

std::vector<std::int64_t> Node::numbers_of(std::string_view name) const {
  std::vector<std::int64_t> numbers;
  for (const std::string_view attribute : attributes) {
    if (text_of(attribute, attribute_name) != name) continue;
    each_number(attribute, attribute_int, [&](std::int64_t number) { numbers.push_back(number); });
    each_number(attribute, attribute_ints, [&](std::int64_t number) { numbers.push_back(number); });
  }
  return numbers;
}

std::vector<double> Scope::shape(const std::string& name) const {
  if (const auto constant = constants.find(name); constant != constants.end()) return constant->second.values;
  const auto found = shapes.find(name);
  return found == shapes.end() ? std::vector<double>() : found->second;
}

std::optional<Extent> Scope::extent(const std::string& name) const {
  const auto found = extents.find(name);
  return found == extents.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::size_t> Scope::rank(const std::string& name) const {
  const auto found = ranks.find(name);
  return found == ranks.end() ? std::nullopt : std::optional(found->second);
}

void Scope::add_constant(const std::string& name, Tensor value) {
  fixed.insert(name);
  ranks[name] = std::max<std::size_t>(value.dims.size(), 1);
  constants[name] = std::move(value);
}

std::optional<std::string> Scope::add_outputs(const Node& node, bool is_fixed) {
  const auto rank = rank_after(node, *this);
  const auto extent = extent_after(node, *this);
  const auto shape = shape_after(node, *this);
  const double count = channels_after(node, *this);
  for (const std::string& output : node.outputs) {
    if (output.empty()) continue;
    if (!names.insert(output).second) return output;
    if (is_fixed) fixed.insert(output);
    if (rank) ranks.try_emplace(output, *rank);
    if (extent) extents.try_emplace(output, *extent);
    if (!shape.empty()) shapes.try_emplace(output, shape);
    if (count > 0) channels.try_emplace(output, count);
  }
  return std::nullopt;
}

}  // namespace colorize::onnx_graph
