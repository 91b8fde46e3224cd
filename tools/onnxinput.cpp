// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnxinput.h"

#include <cstdint>
#include <functional>
#include <vector>

namespace colorize {

namespace {

/// Takes a number off the front of `bytes`; what is cut short ends them.
std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
    if (!(byte & 0x80)) return value;
  }
  bytes = {};
  return 0;
}

/// Calls `found(content, number)` for each field `wanted` of a Protocol Buffers message.
void each_field(std::string_view message, std::uint64_t wanted,
                const std::function<void(std::string_view, std::uint64_t)>& found) {
  while (!message.empty()) {
    const std::uint64_t key = take_varint(message);
    std::uint64_t number = 0;
    std::size_t length = 0;
    switch (key & 7) {
      case 0:
        number = take_varint(message);
        break;
      case 1:
        length = 8;
        break;
      case 2:
        length = take_varint(message);
        break;
      case 5:
        length = 4;
        break;
      default:
        return;
    }
    if (length > message.size()) return;
    if (key >> 3 == wanted) found(message.substr(0, length), number);
    message.remove_prefix(length);
  }
}

}  // namespace

cv::Size onnx_picture_size(std::string_view model) {
  // ModelProto.graph, .input, ValueInfoProto.type, .tensor_type, .shape, .dim, .dim_value, as onnx.proto numbers them.
  cv::Size size;
  const auto tensor = [&](std::string_view tensor_type, std::uint64_t) {
    std::vector<int> dims;
    each_field(tensor_type, 2, [&](std::string_view shape, std::uint64_t) {
      each_field(shape, 1, [&](std::string_view dim, std::uint64_t) {
        dims.push_back(0);
        each_field(dim, 1, [&](std::string_view, std::uint64_t value) { dims.back() = static_cast<int>(value); });
      });
    });
    if (dims.size() == 4 && dims[1] == 3 && dims[2] > 0 && dims[3] > 0 && size.empty()) size = {dims[3], dims[2]};
  };
  each_field(model, 7, [&](std::string_view graph, std::uint64_t) {
    each_field(graph, 11, [&](std::string_view input, std::uint64_t) {
      each_field(input, 2, [&](std::string_view type, std::uint64_t) { each_field(type, 1, tensor); });
    });
  });
  return size;
}

}  // namespace colorize
