// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model.h"

#include <gio/gio.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>

#include "error.h"
#include "file.h"
#include "onnx.h"

namespace colorize {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> compiled_in(const std::string& file) {
  const std::string path = "/colorize/models/" + file;
  const std::unique_ptr<GBytes, decltype(&g_bytes_unref)> bytes(
      g_resources_lookup_data(path.c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr), &g_bytes_unref);
  if (!bytes) return std::nullopt;
  gsize length = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes.get(), &length));
  return std::string(data, length);
}

/// In bytes. Messages of Protocol Buffers, which networks are, end at 2 GiB.
constexpr std::uint64_t largest_network = std::numeric_limits<std::int32_t>::max(), largest_structure = 16 << 20,
                        largest_sidecar = 1 << 20;

std::string read_whole(const fs::path& path) {
  std::string content = read_file(path, largest_network);
  if (content.empty()) throw Error(Error::Kind::network, path.string() + ": is empty");
  return content;
}

Model from_files(const fs::path& path) {
  const bool caffe = path.extension() == ".caffemodel";
  Model model{path.string(), {}, caffe ? read_whole(path) : read_onnx(path), {}};
  const fs::path sidecar = path.string() + ".modelinfo";
  std::error_code unknown;
  if (!fs::exists(sidecar, unknown) && !unknown)
    throw Error(Error::Kind::not_found, sidecar.string() +
                                            ": is missing; a network needs this sidecar beside it, which says what its "
                                            "tensors hold (see README, \"A network of your own\")");
  model.info = ModelInfo::parse(read_file(sidecar, largest_sidecar), sidecar.string(), sidecar.parent_path());
  if (caffe) model.structure = read_file(fs::path(path).replace_extension(".prototxt"), largest_structure);
  return model;
}

std::vector<fs::path> data_folders() {
  std::vector<fs::path> folders{fs::path(g_get_user_data_dir()) / "colorize/models"};
  for (const gchar* const* folder = g_get_system_data_dirs(); *folder; ++folder)
    folders.push_back(fs::path(*folder) / "colorize/models");
  return folders;
}

}  // namespace

std::string read_onnx(const fs::path& path) {
  std::string content = read_whole(path);
  if (!has_data_elsewhere(content)) return content;
  std::uint64_t room = largest_network - content.size();
  try {
    return with_data(content, [&](const std::string& location, const Part& part) {
      std::string data = read_file(path_inside(path.parent_path(), location), room, part);
      room -= data.size();
      return data;
    });
  } catch (const Error& error) {
    throw Error(error.kind, path.string() + ": its weights lie in another file: " + error.what());
  }
}

Model find_model(const std::string& name_or_path) {
  const fs::path path(name_or_path);
  if (path.has_parent_path() || path.extension() == ".onnx" || path.extension() == ".caffemodel")
    return from_files(path);

  const std::string file = name_or_path + ".onnx";
  if (auto weights = compiled_in(file)) {
    const std::string sidecar = file + ".modelinfo";
    return {name_or_path, ModelInfo::parse(compiled_in(sidecar).value_or(""), sidecar, {}), std::move(*weights), {}};
  }
  std::string looked;
  for (const auto& folder : data_folders()) {
    std::error_code unknown;
    if (fs::exists(folder / file, unknown)) return from_files(folder / file);
    looked += (looked.empty() ? "" : ", ") + folder.string();
  }
  throw Error(Error::Kind::not_found, "no network is named '" + name_or_path + "': it is neither compiled in nor " +
                                          file + " in " + looked +
                                          "; give a name that is there or the path of an .onnx file");
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  const auto add = [&](const fs::path& file) {
    const std::string name = file.stem().string();
    if (file.extension() == ".onnx" && std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  const std::unique_ptr<gchar*, decltype(&g_strfreev)> files(
      g_resources_enumerate_children("/colorize/models", G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr), &g_strfreev);
  for (gchar** file = files.get(); file && *file; ++file) add(*file);
  for (const auto& folder : data_folders()) {
    std::error_code missing;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, missing)) found.push_back(entry.path());
    std::ranges::sort(found);
    std::ranges::for_each(found, add);
  }
  return names;
}

}  // namespace colorize
