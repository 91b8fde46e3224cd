// SPDX-License-Identifier: LGPL-2.1-or-later
#include "catalogue.h"

#include <algorithm>
#include <memory>

#include "error.h"
#include "keyfile.h"
#include "resource.h"

namespace colorize {

namespace {

namespace fs = std::filesystem;

PublishedFile parse_file(KeyGroup& group, const std::string& name) {
  if (fs::path(name).filename() != name || name.starts_with('.')) group.fail("", "is no name of a file");
  PublishedFile file{name, group.text("link").value_or(""), {}, group.text("sha256").value_or("")};
  if (const auto bytes = group.text("bytes")) {
    constexpr double most = 1ULL << 40;
    const double value = group.number("bytes", *bytes);
    if (!(value >= 1 && value <= most)) group.fail("bytes", "is no size of a file");
    file.bytes = static_cast<std::uint64_t>(value);
  }
  const bool is_digest =
      file.sha256.size() == 64 && file.sha256.find_first_not_of("0123456789abcdef") == file.sha256.npos;
  if (!file.sha256.empty() && !is_digest) group.fail("sha256", "is not 64 hexadecimal digits in small letters");
  group.finish();
  return file;
}

}  // namespace

KnownNetwork KnownNetwork::parse(std::string_view text, const std::string& file) {
  const KeyFile keys = read_key_file(text, file);
  KnownNetwork network;
  const fs::path own = fs::path(file).stem();  // NAME.onnx
  network.name = own.stem().string();
  KeyGroup catalogue_group(keys, "catalogue", file);
  network.page = catalogue_group.needed("page");
  network.how = catalogue_group.needed("how");
  catalogue_group.finish();
  g_key_file_remove_group(keys.get(), "catalogue", nullptr);
  for (const auto& [kind, files] : {std::pair{"file ", &network.files}, {"source ", &network.sources}})
    for (const std::string& title : groups_of(keys)) {
      if (!title.starts_with(kind)) continue;
      KeyGroup group(keys, title, file);
      files->push_back(parse_file(group, title.substr(std::string_view(kind).size())));
      g_key_file_remove_group(keys.get(), title.c_str(), nullptr);
    }
  if (network.files.empty() || fs::path(network.files[0].name).extension() != own.extension())
    throw Error(Error::Kind::settings,
                file + ": its first [file NAME] must be the network, which ends in " + own.extension().string());
  const std::unique_ptr<gchar, decltype(&g_free)> rest(g_key_file_to_data(keys.get(), nullptr, nullptr), &g_free);
  network.sidecar = rest.get();
  return network;
}

ModelInfo KnownNetwork::info(const fs::path& folder) const {
  return ModelInfo::parse(sidecar, "the catalogue's sidecar of " + name, folder);
}

std::vector<std::string> KnownNetwork::missing_from(const fs::path& folder) const {
  std::vector<std::string> missing;
  for (const PublishedFile& file : files)
    if (std::error_code unknown; !fs::exists(folder / file.name, unknown)) missing.push_back(file.name);
  return missing;
}

std::vector<KnownNetwork> catalogue() {
  std::vector<KnownNetwork> networks;
  for (const std::string& file : resources_in("/colorize/catalogue"))
    networks.push_back(KnownNetwork::parse(*resource("/colorize/catalogue/" + file), file));
  // Of two forms of one name ".onnx" comes first: more libraries read it.
  std::ranges::sort(networks, [](const KnownNetwork& a, const KnownNetwork& b) {
    const auto is_caffe = [](const KnownNetwork& network) { return network.files[0].name.ends_with(".caffemodel"); };
    return std::pair(a.name, is_caffe(a)) < std::pair(b.name, is_caffe(b));
  });
  return networks;
}

std::optional<KnownNetwork> known_by_file(const fs::path& file) {
  for (KnownNetwork& network : catalogue()) {
    const fs::path published = network.files[0].name;
    if (file.filename() == published || file.filename() == network.name + published.extension().string())
      return std::move(network);
  }
  return std::nullopt;
}

ModelInfo with_names_of(const OnnxGraph& graph, ModelInfo info) {
  const auto fits = [](const TensorInfo& known, const OnnxTensor& own) {
    return own.dims.size() != known.dims.size() || own.dims[1] < 0 || own.dims[1] == known.channels();
  };
  if (std::ranges::equal(info.inputs, graph.inputs, fits))
    for (std::size_t i = 0; i < info.inputs.size(); ++i) info.inputs[i].name = graph.inputs[i].name;
  if (graph.outputs.size() == 1 && fits(info.output, graph.outputs[0])) info.output.name = graph.outputs[0].name;
  return info;
}

}  // namespace colorize
