// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "catalogue.h"
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

/// Where the files of a network lie.
struct ModelFiles {
  std::filesystem::path weights;      ///< the .onnx or .caffemodel
  std::filesystem::path structure;    ///< Caffe's prototxt, whether it is there or not; empty for ONNX
  std::optional<KnownNetwork> known;  ///< what the catalogue knows of such a file

  /// The file PATH.modelinfo beside the weights, which wins over the catalogue.
  std::filesystem::path sidecar() const { return weights.string() + ".modelinfo"; }
  bool has_sidecar() const;

  /// By the sidecar, or the catalogue. Throws Error that names what is missing or wrong.
  ModelInfo info() const;

  /// What it needs beside the weights and the sidecar: structure, centres, weights in other files. Throws Error.
  std::vector<std::filesystem::path> others(const ModelInfo& info) const;
};

/// Those of a network that is given by its path.
ModelFiles files_at(const std::filesystem::path& weights);

/// Those of a network that is installed under a name, in the first folder that has it.
std::optional<ModelFiles> files_of(const std::string& name);

/// Where networks are installed: colorize/models in the user's data folder (XDG_DATA_HOME), share/colorize/models of
/// the prefix that the plugin was loaded from, and colorize/models in the system's data folders (XDG_DATA_DIRS).
std::vector<std::filesystem::path> model_folders();

/// Reads a network. Throws Error that names the file.
Model read_model(const ModelFiles& files);

/// Finds a network by its name or path.
///
/// A path ends in .onnx or .caffemodel (which wants NAME.prototxt beside it) and has its sidecar PATH.modelinfo beside
/// it, unless the catalogue knows such a file. A name is looked for among the networks compiled in (GResources below
/// /colorize/models, which the plugin brings along), and then in the model folders: NAME.onnx, NAME.caffemodel, and the
/// file under which the catalogue knows that a network of that name is published. Throws Error that names what was
/// looked for and where, and which files of a known network are missing.
Model find_model(const std::string& name_or_path);

/// The content of an ONNX file, with the weights in it that lie in other files beside it. Throws Error that names it.
std::string read_onnx(const std::filesystem::path& path);

/// Whether a network of that name is compiled in.
bool is_compiled_in(const std::string& name);

/// The names that `find_model` finds, those compiled in first. What they name need not be a network that works.
std::vector<std::string> model_names();

}  // namespace colorize
