// SPDX-License-Identifier: LGPL-2.1-or-later
#include "model.h"

#include <glib.h>
#include <link.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string_view>

#include "error.h"
#include "file.h"
#include "onnx.h"
#include "resource.h"

namespace colorize {

namespace {

namespace fs = std::filesystem;

const std::string compiled_in = "/colorize/models/";

/// In bytes. Messages of Protocol Buffers, which networks are, end at 2 GiB.
constexpr std::uint64_t largest_network = std::numeric_limits<std::int32_t>::max(), largest_structure = 16 << 20,
                        largest_sidecar = 1 << 20;

bool is_there(const fs::path& path) {
  std::error_code unknown;
  return fs::exists(path, unknown);
}

bool is_caffe(const fs::path& path) { return path.extension() == ".caffemodel"; }
bool is_network(const fs::path& path) { return path.extension() == ".onnx" || is_caffe(path); }

std::string read_whole(const fs::path& path) {
  std::string content = read_file(path, largest_network);
  if (content.empty()) throw Error(Error::Kind::network, path.string() + ": is empty");
  return content;
}

/// "a, b and c"
std::string listed(const std::vector<std::string>& words, const char* last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? std::string(" ") + last + " " : ", ") + words[i];
  return text;
}

/// What to do where files of a known network are missing.
std::string to_get(const KnownNetwork& known, const std::vector<std::string>& missing, const fs::path& folder) {
  return "put " + listed(missing, "and") + " into " + folder.string() + " ('gst-colorize networks' and " + known.page +
         " say where to get " + (missing.size() == 1 ? "it" : "them") + ")";
}

/// The prefix that the plugin lies in is the nearest folder above it, be it in lib/, lib64/ or lib/x86_64-linux-gnu/,
/// that has networks. A build folder is one, too.
std::optional<fs::path> folder_of_plugin() {
  std::string plugin;  // its file, where it is loaded
  dl_iterate_phdr(
      [](dl_phdr_info* loaded, std::size_t, void* found) {
        const std::string_view file = loaded->dlpi_name;
        if (!file.ends_with("/libgstcolorize.so")) return 0;
        *static_cast<std::string*>(found) = file;
        return 1;
      },
      &plugin);
  std::error_code unknown;
  fs::path prefix = fs::weakly_canonical(plugin, unknown);
  for (int above = 0; above < 4 && prefix.has_relative_path(); ++above) {
    prefix = prefix.parent_path();
    if (fs::path models = prefix / "share/colorize/models"; fs::is_directory(models, unknown)) return models;
  }
  return std::nullopt;
}

/// Why there is no network of that name that can be had.
[[noreturn]] void fail_to_find(const std::string& name) {
  const std::vector<fs::path> folders = model_folders();
  std::vector<std::string> ways;
  for (const KnownNetwork& known : catalogue()) {
    if (known.name != name) continue;
    // Where some of its files are already, the others are wanted there.
    const auto count = [&](const fs::path& folder) { return known.missing_from(folder).size(); };
    const fs::path& folder = *std::ranges::min_element(folders, {}, count);
    ways.push_back(to_get(known, known.missing_from(folder), folder));
  }
  if (!ways.empty())
    throw Error(Error::Kind::not_found, "the network '" + name + "' is known, but not here: " + listed(ways, "or"));
  std::string looked;
  for (const fs::path& folder : folders) looked += (looked.empty() ? "" : ", ") + folder.string();
  throw Error(Error::Kind::not_found, "no network is named '" + name + "': it is neither compiled in nor " + name +
                                          ".onnx or " + name + ".caffemodel in " + looked +
                                          "; give a name that is there or the path of an .onnx file");
}

}  // namespace

bool ModelFiles::has_sidecar() const {
  std::error_code unknown;
  return fs::exists(sidecar(), unknown) || unknown;  // what cannot be told is an error when it is read
}

ModelInfo ModelFiles::info() const {
  const fs::path folder = weights.parent_path();
  if (has_sidecar()) return ModelInfo::parse(read_file(sidecar(), largest_sidecar), sidecar().string(), folder);
  if (!known)
    throw Error(Error::Kind::not_found, sidecar().string() +
                                            ": is missing; a network needs this sidecar beside it, which says what its "
                                            "tensors hold (see README, \"A network of your own\")");
  std::vector<std::string> missing = known->missing_from(folder);
  // The network itself, and the prototxt, may have the name that the user calls them by.
  std::erase_if(missing, [&](const std::string& file) {
    return is_network(file) || (file.ends_with(".prototxt") && is_there(structure));
  });
  if (!missing.empty())
    throw Error(Error::Kind::not_found, weights.string() + ": is not all of it; " + to_get(*known, missing, folder));
  return known->info(folder);
}

std::vector<fs::path> ModelFiles::others(const ModelInfo& info) const {
  std::vector<fs::path> all;
  if (is_caffe(weights)) all.push_back(structure);
  if (info.centres) all.push_back(*info.centres);
  if (!is_caffe(weights))
    for (const std::string& location : data_elsewhere(read_whole(weights)))
      all.push_back(path_inside(weights.parent_path(), location));
  return all;
}

ModelFiles files_at(const fs::path& weights) {
  ModelFiles files{weights, {}, known_by_file(weights)};
  if (!is_caffe(weights)) return files;
  files.structure = fs::path(weights).replace_extension(".prototxt");
  if (!files.known || is_there(files.structure)) return files;
  for (const PublishedFile& file : files.known->files)
    if (file.name.ends_with(".prototxt")) files.structure = weights.parent_path() / file.name;
  return files;
}

std::optional<ModelFiles> files_of(const std::string& name) {
  std::vector<std::string> candidates{name + ".onnx", name + ".caffemodel"};
  for (const KnownNetwork& known : catalogue())
    if (known.name == name) candidates.push_back(known.files[0].name);
  for (const fs::path& folder : model_folders())
    for (const std::string& file : candidates)
      if (is_there(folder / file)) return files_at(folder / file);
  return std::nullopt;
}

std::vector<fs::path> model_folders() {
  std::vector<fs::path> folders{fs::path(g_get_user_data_dir()) / "colorize/models"};
  if (auto folder = folder_of_plugin()) folders.push_back(*folder);
  for (const gchar* const* folder = g_get_system_data_dirs(); *folder; ++folder)
    folders.push_back(fs::path(*folder) / "colorize/models");
  return folders;
}

Model read_model(const ModelFiles& files) {
  const bool caffe = is_caffe(files.weights);
  Model model{files.weights.string(), {}, caffe ? read_whole(files.weights) : read_onnx(files.weights), {}};
  model.info = files.info();
  if (caffe) model.structure = read_file(files.structure, largest_structure);
  if (!caffe && !files.has_sidecar()) model.info = with_names_of(OnnxGraph::read(model.weights), std::move(model.info));
  return model;
}

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
  if (path.has_parent_path() || is_network(path)) return read_model(files_at(path));
  if (auto weights = resource(compiled_in + name_or_path + ".onnx")) {
    const std::string sidecar = name_or_path + ".onnx.modelinfo";
    return {name_or_path,
            ModelInfo::parse(resource(compiled_in + sidecar).value_or(""), sidecar, {}),
            std::move(*weights),
            {}};
  }
  if (const auto files = files_of(name_or_path)) return read_model(*files);
  fail_to_find(name_or_path);
}

bool is_compiled_in(const std::string& name) {
  return std::ranges::count(resources_in(compiled_in), name + ".onnx") > 0;
}

std::vector<std::string> model_names() {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  };
  for (const fs::path file : resources_in(compiled_in))
    if (is_network(file)) add(file.stem().string());
  const std::vector<KnownNetwork> all_known = catalogue();
  for (const auto& folder : model_folders()) {
    std::error_code missing;
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(folder, missing)) found.push_back(entry.path());
    std::ranges::sort(found);
    for (const fs::path& file : found) {
      if (!is_network(file)) continue;
      const auto known = std::ranges::find_if(
          all_known, [&](const KnownNetwork& network) { return network.files[0].name == file.filename(); });
      add(known == all_known.end() ? file.stem().string() : known->name);
    }
  }
  return names;
}

}  // namespace colorize
