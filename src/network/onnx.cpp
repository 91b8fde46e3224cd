// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnx.h"

#include <algorithm>
#include <cstdint>
#include <set>

namespace colorize {

namespace {

/// Field numbers of onnx.proto.
enum : std::uint64_t {
  model_graph = 7,
  graph_node = 1,
  graph_initializer = 5,
  graph_input = 11,
  node_input = 1,
  node_kind = 4,
  tensor_name = 8,
  value_name = 1,
  value_type = 2,
  type_tensor = 1,
  tensor_shape = 2,
  shape_dim = 1,
  dim_value = 1,
};

/// Wire types of Protocol Buffers.
enum : std::uint64_t { wire_varint = 0, wire_bytes = 2 };

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

/// Takes a number off the front of `bytes`; false where they end before it does.
bool take_varint(std::string_view& bytes, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return true;
  }
  return false;
}

void put_varint(std::uint64_t value, std::string& bytes) {
  for (; value > 0x7F; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
}

struct Field {
  std::uint64_t key;         ///< number << 3 | wire type
  std::string_view whole;    ///< with its key
  std::string_view content;  ///< of a field of bytes
  std::uint64_t value;       ///< of a number

  /// One with that number and another wire type is unknown, as to Protocol Buffers.
  bool is(std::uint64_t number, std::uint64_t wire_type = wire_bytes) const { return key == (number << 3 | wire_type); }
};

/// Calls `found` for each field of a Protocol Buffers message, and gives what is left where it ends before its time.
template <typename Found>
std::string_view each_field(std::string_view message, const Found& found) {
  while (!message.empty()) {
    std::string_view rest = message;
    Field field{};
    std::uint64_t length = 0;
    bool whole = take_varint(rest, field.key);
    switch (field.key & 7) {
      case wire_varint:
        whole = whole && take_varint(rest, field.value);
        break;
      case 1:
        length = 8;
        break;
      case wire_bytes:
        whole = whole && take_varint(rest, length);
        break;
      case 5:
        length = 4;
        break;
      default:
        whole = false;
    }
    if (!whole || length > rest.size()) return message;
    field.content = rest.substr(0, length);
    rest.remove_prefix(length);
    field.whole = message.substr(0, message.size() - rest.size());
    found(field);
    message = rest;
  }
  return message;
}

template <typename Found>
void each_of(std::string_view message, std::uint64_t number, const Found& found) {
  each_field(message, [&](const Field& field) {
    if (field.is(number)) found(field);
  });
}

std::string text_of(std::string_view message, std::uint64_t number) {
  std::string text;
  each_of(message, number, [&](const Field& field) { text = field.content; });
  return text;
}

/// `message` with what `changed` makes of the content of each field of that number.
template <typename Changed>
std::string with_changed(std::string_view message, std::uint64_t number, const Changed& changed) {
  std::string result;
  result.reserve(message.size() + 64);
  result += each_field(message, [&](const Field& field) {
    if (!field.is(number)) {
      result += field.whole;
      return;
    }
    const std::string content = changed(field.content);
    put_varint(field.key, result);
    put_varint(content.size(), result);
    result += content;
  });
  return result;
}

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

}  // namespace

OnnxGraph OnnxGraph::read(std::string_view model) {
  OnnxGraph result;
  each_of(model, model_graph, [&](const Field& graph) {
    std::set<std::string> given;
    result.follows_size = true;
    each_field(graph.content, [&](const Field& field) {
      if (field.is(graph_initializer)) given.insert(text_of(field.content, tensor_name));
      if (field.is(graph_input)) result.inputs.push_back({text_of(field.content, value_name), dims_of(field.content)});
      if (field.is(graph_node) && !takes_any_size(field.content)) result.follows_size = false;
    });
    std::erase_if(result.inputs, [&](const OnnxInput& input) { return given.contains(input.name); });
  });
  return result;
}

std::string with_input_dims(std::string_view model, const std::vector<OnnxInput>& inputs) {
  return with_changed(model, model_graph, [&](std::string_view graph) {
    return with_changed(graph, graph_input, [&](std::string_view input) {
      const auto found = std::ranges::find(inputs, text_of(input, value_name), &OnnxInput::name);
      return found == inputs.end() ? std::string(input) : with_dims(input, found->dims);
    });
  });
}

}  // namespace colorize
