// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

/// What ONNX allows a file to say, whatever the pictures: numbers of inputs, ranges of numbers, ways to store values.
namespace colorize::onnx_rules {

constexpr std::size_t any = std::numeric_limits<std::size_t>::max();

/// Operators, by the number of inputs that they take.
struct Operators {
  std::size_t least, most;
  std::string_view kinds;
};

/// Those that an operator of ONNX is one of, whatever its version; null where ONNX has none of that name.
const Operators* operators_with(const std::string& kind);

/// Whether a kind is one of words with a space around each.
bool is_one_of(const std::string& kind, std::string_view words);

constexpr std::int64_t longest_side = 65536, longest_step = 4096, most_values = 1 << 24;
constexpr std::size_t most_dims = 16;

/// What numbers may be.
struct Bounds {
  double low, high;
  bool zero = true;
};
constexpr Bounds padding{-longest_side, longest_side};

/// Those of an attribute, and of an input whose values are in the file; null where there are none.
const Bounds* bounds_of(std::string_view attribute);
const Bounds* bounds_of(std::string_view kind, std::size_t input);

/// How the values of a data type are stored: in `raw`, or in a field of their own.
struct DataType {
  std::uint64_t type;
  std::size_t width;
  std::uint64_t field;
};

/// Null where there is no such type.
const DataType* data_type(std::uint64_t type);

}  // namespace colorize::onnx_rules
