// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What a file says of a network's tensors before any picture has come: it follows them from node to node.
namespace colorize::onnx_graph {

/// What OpenCV before 4.7 fits to a tensor of other dims may be anything.
enum class Extent {
  whole,        ///< many channels at many places
  one_channel,  ///< 1 x 1 x height x width
  one_place     ///< 1 x channels x 1 x 1
};

struct Tensor {
  std::vector<std::int64_t> dims;
  std::size_t count = 1;
  std::vector<double> values;  ///< of one that has few: such numbers stand for sizes and axes
};

struct Node {
  std::string kind, domain;
  std::vector<std::string> inputs, outputs;
  std::vector<std::string_view> attributes;

  /// For people.
  std::string title() const;

  /// The numbers of an attribute, as 2, 2; nothing where it is not there.
  std::vector<std::int64_t> numbers_of(std::string_view attribute) const;
};

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
  std::vector<double> shape(const std::string& name) const;

  std::optional<Extent> extent(const std::string& name) const;
  std::optional<std::size_t> rank(const std::string& name) const;

  /// Adds a tensor whose values the file has.
  void add_constant(const std::string& name, Tensor value);

  /// Adds what a node gives; `is_fixed`: the same for all pictures of a size. Returns a name that it gives a second
  /// time, if there is one.
  std::optional<std::string> add_outputs(const Node& node, bool is_fixed);
};

}  // namespace colorize::onnx_graph
