// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "modelinfo.h"

namespace colorize {

/// The network that is compiled in and used when none is named.
inline constexpr const char* default_model = "colorize";

/// A network's files, read but not yet understood by an inference library.
struct Model {
  std::string origin;  ///< where it came from, for messages
  ModelInfo info;
  std::string weights;    ///< the content of the .onnx, with all its weights, or of the .caffemodel
  std::string structure;  ///< Caffe's prototxt; empty for ONNX

  bool caffe() const { return !structure.empty(); }
};

/// Finds a network by its name or path.
///
/// A path ends in .onnx or .caffemodel (which wants NAME.prototxt beside it) and has its sidecar PATH.modelinfo beside
/// it. A name is looked for among the networks compiled in (GResources below /colorize/models, which the plugin brings
/// along), and then as colorize/models/NAME.onnx in the user's and the system's data folders (XDG_DATA_HOME,
/// XDG_DATA_DIRS). Throws Error that names what was looked for and where.
Model find_model(const std::string& name_or_path);

/// The content of an ONNX file, with the weights in it that lie in other files beside it. Throws Error that names it.
std::string read_onnx(const std::filesystem::path& path);

/// The names that `find_model` finds, those compiled in first. What they name need not be a network that works.
std::vector<std::string> model_names();

}  // namespace colorize
