// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

/// Field numbers of onnx.proto 3.
namespace colorize::onnx_fields {

enum : std::uint64_t {
  model_graph = 7,
  model_function = 25,
  graph_node = 1,
  graph_initializer = 5,
  graph_input = 11,
  graph_output = 12,
  node_input = 1,
  node_output = 2,
  node_kind = 4,
  node_attribute = 5,
  node_domain = 7,
  attribute_name = 1,
  attribute_float = 2,
  attribute_int = 3,
  attribute_text = 4,
  attribute_tensor = 5,
  attribute_graph = 6,
  attribute_floats = 7,
  attribute_ints = 8,
  attribute_graphs = 11,
  tensor_dims = 1,
  tensor_type = 2,
  tensor_floats = 4,
  tensor_int32s = 5,
  tensor_int64s = 7,
  tensor_name = 8,
  tensor_raw = 9,
  tensor_doubles = 10,
  tensor_uint64s = 11,
  tensor_external = 13,
  tensor_location = 14,
  entry_key = 1,
  entry_value = 2,
  value_name = 1,
  value_type = 2,
  type_tensor = 1,
  tensor_shape = 2,
  shape_dim = 1,
  dim_value = 1,
};

}  // namespace colorize::onnx_fields
