// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnx.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>

#include "error.h"
#include "excerpt.h"
#include "onnxfields.h"
#include "protobuf.h"

namespace colorize {

namespace {

using namespace protobuf;
using namespace onnx_fields;

/// Layers that take any size of picture, in every version of OpenCV, after they were imported at one.
constexpr std::string_view size_followers[] = {
    "Add",      "AveragePool",   "BatchNormalization",
    "Clip",     "Concat",        "Constant",
    "Conv",     "ConvTranspose", "Div",
    "Dropout",  "Elu",           "GlobalAveragePool",
    "Identity", "LeakyRelu",     "MaxPool",
    "Mul",      "Relu",          "Resize",
    "Sigmoid",  "Slice",         "Sub",
    "Tanh",     "Upsample",
};

bool takes_any_size(std::string_view node) {
  const std::string kind = text_of(node, node_kind);
  std::size_t inputs = 0;
  each_of(node, node_input, [&](const Field&) { ++inputs; });
  const bool to_a_size = kind == "Resize" && inputs > 3;  // roi, scales, sizes
  return !to_a_size && std::ranges::count(size_followers, kind) > 0;
}

int number_of(std::string_view dim) {
  int number = -1;
  each_field(dim, [&](const Field& field) {
    if (field.is(dim_value, wire_varint) && field.value > 0 && field.value <= 1 << 24)
      number = static_cast<int>(field.value);
  });
  return number;
}

std::vector<int> dims_of(std::string_view value_info) {
  std::vector<int> dims;
  each_of(value_info, value_type, [&](const Field& type) {
    each_of(type.content, type_tensor, [&](const Field& tensor) {
      each_of(tensor.content, tensor_shape, [&](const Field& shape) {
        each_of(shape.content, shape_dim, [&](const Field& dim) { dims.push_back(number_of(dim.content)); });
      });
    });
  });
  return dims;
}

std::string with_dims(std::string_view value_info, const std::vector<int>& dims) {
  auto next = dims.begin();
  return with_changed(value_info, value_type, [&](std::string_view type) {
    return with_changed(type, type_tensor, [&](std::string_view tensor) {
      return with_changed(tensor, tensor_shape, [&](std::string_view shape) {
        return with_changed(shape, shape_dim, [&](std::string_view dim) {
          const int number = next == dims.end() ? -1 : *next++;
          if (number < 0 || number_of(dim) > 0) return std::string(dim);
          std::string content;
          put_varint(dim_value << 3, content);
          put_varint(static_cast<std::uint64_t>(number), content);
          return content;
        });
      });
    });
  });
}

bool lies_elsewhere(std::string_view tensor) {
  bool elsewhere = false;
  each_field(tensor, [&](const Field& field) {
    if (field.is(tensor_location, wire_varint)) elsewhere = field.value != 0;
  });
  return elsewhere;
}

std::uint64_t bytes_of(const std::string& key, const std::string& text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw Error(Error::Kind::network, "'" + excerpt(text) + "' is no " + key + " of weights; export it anew");
  return value;
}

}  // namespace

OnnxGraph OnnxGraph::read(std::string_view model) {
  OnnxGraph result;
  each_of(model, model_graph, [&](const Field& graph) {
    std::set<std::string> given;
    std::vector<std::string> factors;  // of all products, two by two
    result.follows_size = true;
    each_field(graph.content, [&](const Field& field) {
      if (field.is(graph_initializer)) given.insert(text_of(field.content, tensor_name));
      if (field.is(graph_input)) result.inputs.push_back({text_of(field.content, value_name), dims_of(field.content)});
      if (field.is(graph_output))
        result.outputs.push_back({text_of(field.content, value_name), dims_of(field.content)});
      if (!field.is(graph_node)) return;
      if (!takes_any_size(field.content)) result.follows_size = false;
      const std::string kind = text_of(field.content, node_kind);
      if (kind == "Constant") given.insert(text_of(field.content, node_output));
      if (kind == "MatMul")
        each_of(field.content, node_input, [&](const Field& f) { factors.emplace_back(f.content); });
    });
    for (std::size_t i = 0; i + 1 < factors.size(); i += 2)
      if (!given.contains(factors[i]) && !given.contains(factors[i + 1])) result.multiplies_computed = true;
    std::erase_if(result.inputs, [&](const OnnxTensor& input) { return given.contains(input.name); });
  });
  return result;
}

std::string with_input_dims(std::string_view model, const std::vector<OnnxTensor>& inputs) {
  return with_changed(model, model_graph, [&](std::string_view graph) {
    return with_changed(graph, graph_input, [&](std::string_view input) {
      const auto found = std::ranges::find(inputs, text_of(input, value_name), &OnnxTensor::name);
      return found == inputs.end() ? std::string(input) : with_dims(input, found->dims);
    });
  });
}

bool has_data_elsewhere(std::string_view model) {
  bool elsewhere = false;
  each_of(model, model_graph, [&](const Field& graph) {
    each_of(graph.content, graph_initializer,
            [&](const Field& tensor) { elsewhere |= lies_elsewhere(tensor.content); });
  });
  return elsewhere;
}

std::vector<std::string> data_elsewhere(std::string_view model) {
  std::set<std::string> locations;
  each_of(model, model_graph, [&](const Field& graph) {
    each_of(graph.content, graph_initializer, [&](const Field& tensor) {
      if (!lies_elsewhere(tensor.content)) return;
      each_of(tensor.content, tensor_external, [&](const Field& entry) {
        if (text_of(entry.content, entry_key) == "location") locations.insert(text_of(entry.content, entry_value));
      });
    });
  });
  return {locations.begin(), locations.end()};
}

std::string with_data(std::string_view model,
                      const std::function<std::string(const std::string& location, const Part& part)>& read) {
  return with_changed(model, model_graph, [&](std::string_view graph) {
    return with_changed(graph, graph_initializer, [&](std::string_view tensor) {
      if (!lies_elsewhere(tensor)) return std::string(tensor);
      std::string result, location;
      Part part;
      result += each_field(tensor, [&](const Field& field) {
        if (field.is(tensor_external)) {
          const std::string key = text_of(field.content, entry_key), value = text_of(field.content, entry_value);
          if (key == "location") location = value;
          if (key == "offset") part.offset = bytes_of(key, value);
          if (key == "length") part.length = bytes_of(key, value);
        } else if (!field.is(tensor_location, wire_varint) && !field.is(tensor_raw)) {
          result += field.whole;
        }
      });
      const std::string data = read(location, part);
      put_varint(tensor_raw << 3 | wire_bytes, result);
      put_varint(data.size(), result);
      return result += data;
    });
  });
}

}  // namespace colorize
