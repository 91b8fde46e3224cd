// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "modelinfo.h"
#include "onnx.h"

namespace colorize {

/// A file as somebody publishes it.
struct PublishedFile {
  std::string name;
  std::string link;                    ///< where it comes from; empty where everybody makes his own
  std::optional<std::uint64_t> bytes;  ///< its size, where it is the same for all
  std::string sha256;                  ///< in hexadecimal digits; empty where it is not known
};

/// A network that the catalogue knows, in one of its forms (ONNX or Caffe), be its files here or not.
struct KnownNetwork {
  std::string name;                    ///< by which it is asked for
  std::string sidecar;                 ///< the text that would lie beside the network
  std::string page;                    ///< the address of its project
  std::string how;                     ///< what to do with the files, a sentence for people
  std::vector<PublishedFile> files;    ///< what has to lie in a folder of networks; the first is the network itself
  std::vector<PublishedFile> sources;  ///< what these are made of, where they are not published

  /// Reads a file of the catalogue: a sidecar with the groups [catalogue], [file NAME] and [source NAME] more, whose
  /// own name is `file`. Throws Error (settings) that names it, the group and the key.
  static KnownNetwork parse(std::string_view text, const std::string& file);

  /// What is known of its tensors, for the network's files in `folder`. Throws Error (settings).
  ModelInfo info(const std::filesystem::path& folder) const;

  /// Those of `files` that are not in the folder.
  std::vector<std::string> missing_from(const std::filesystem::path& folder) const;
};

/// The networks that are known, by name, ONNX first: what lies in GResources below /colorize/catalogue, which the
/// plugin brings along.
std::vector<KnownNetwork> catalogue();

/// The known network whose file has such a name: the published one, or the network's own with the same ending.
std::optional<KnownNetwork> known_by_file(const std::filesystem::path& file);

/// The same with the names of the graph's tensors, in their order, where there are as many, of the same channels:
/// whoever exports a network names them.
ModelInfo with_names_of(const OnnxGraph& graph, ModelInfo info);

}  // namespace colorize
