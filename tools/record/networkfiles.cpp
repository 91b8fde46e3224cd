// SPDX-License-Identifier: LGPL-2.1-or-later
#include "networkfiles.h"

#include <algorithm>

#include "model.h"
#include "resource.h"

namespace colorize::command {

namespace fs = std::filesystem;

NetworkFiles network_files(const std::string& name_or_path) {
  const fs::path path(name_or_path);
  const bool is_path = path.has_parent_path() || path.extension() == ".onnx" || path.extension() == ".caffemodel";
  if (!is_path && is_compiled_in(name_or_path)) {
    const std::string weights = compiled_in_networks + name_or_path + ".onnx";
    return {find_model(name_or_path).info.name, {weights, weights + ".modelinfo"}};
  }
  const auto installed = is_path ? files_at(path) : files_of(name_or_path);
  if (!installed) find_model(name_or_path);  // which says why it cannot
  const ModelInfo info = installed->info();
  NetworkFiles found{info.name, {}, {installed->weights}};
  if (installed->has_sidecar()) found.files.push_back(installed->sidecar());
  for (const fs::path& other : installed->others(info))
    if (std::ranges::find(found.files, other) == found.files.end()) found.files.push_back(other);
  return found;
}

}  // namespace colorize::command
