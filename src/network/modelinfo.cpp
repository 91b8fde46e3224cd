// SPDX-License-Identifier: LGPL-2.1-or-later
#include "modelinfo.h"

#include <algorithm>

#include "error.h"
#include "excerpt.h"
#include "file.h"
#include "keyfile.h"

namespace colorize {

namespace {

/// Of the pictures that a network sees.
constexpr int longest_side = 8192;

TensorInfo parse_tensor(KeyGroup& group, const std::string& name) {
  TensorInfo tensor{name, {}, {}};
  group.needed("id");
  for (const char* unused : {"group-id", "dims-order"}) group.text(unused);
  if (const auto type = group.needed("type"); type != "float32")
    group.fail("type", "'" + excerpt(type) + "' is not float32");
  for (const auto& word : split(group.needed("dims"), ",")) {
    const bool is_side = tensor.dims.size() >= 2;
    tensor.dims.push_back(word == "-1" ? -1 : group.whole("dims", word, 1, is_side ? longest_side : 65536));
  }
  if (tensor.dims.size() != 4 || tensor.channels() < 1)
    group.fail("dims", "must be batch, channels, height, width, with the channels given (as in -1,1,-1,-1)");
  if (const auto ranges = group.text("ranges")) {
    for (const auto& pair : split(*ranges, ";")) {
      const auto ends = split(pair, ",");
      if (ends.size() != 2) group.fail("ranges", "'" + excerpt(pair) + "' is not a pair of numbers");
      const auto low = static_cast<float>(group.number("ranges", ends[0]));
      const auto high = static_cast<float>(group.number("ranges", ends[1]));
      if (low == high) group.fail("ranges", "'" + excerpt(pair) + "' is empty");
      tensor.ranges.push_back({low, high});
    }
    if (tensor.ranges.size() == 1) tensor.ranges.resize(static_cast<std::size_t>(tensor.channels()), tensor.ranges[0]);
    if (tensor.ranges.size() != static_cast<std::size_t>(tensor.channels()))
      group.fail("ranges", "has " + std::to_string(tensor.ranges.size()) + " pairs for " +
                               std::to_string(tensor.channels()) + " channels");
  }
  return tensor;
}

/// A file named in the sidecar, which must lie in its folder.
std::filesystem::path inside(const KeyGroup& group, const std::string& key, const std::filesystem::path& folder,
                             const std::string& file) try {
  return path_inside(folder, file);
} catch (const Error& error) {
  group.fail(key, error.what());
}

void expect_channels(const KeyGroup& group, const TensorInfo& tensor, int channels, const std::string& key,
                     const std::string& what) {
  if (tensor.channels() != channels)
    group.fail(key, what + " needs " + std::to_string(channels) + " channels, but tensor [" + excerpt(tensor.name) +
                        "] has " + std::to_string(tensor.channels()));
}

}  // namespace

ModelInfo ModelInfo::parse(std::string_view text, const std::string& origin, const std::filesystem::path& folder) {
  const KeyFile file = read_key_file(text, origin);

  ModelInfo info;
  std::vector<TensorInfo> outputs;
  for (const std::string& title : groups_of(file)) {
    if (title == "colorize") continue;
    KeyGroup group(file, title, origin);
    if (title == "modelinfo") {
      if (const auto version = group.needed("version"); version != "1.0")
        group.fail("version", "'" + excerpt(version) + "' is not 1.0, the only one that can be read");
      group.text("group-id");
    } else {
      const bool input = group.choice<bool>("dir", {{"input", true}, {"output", false}});
      (input ? info.inputs : outputs).push_back(parse_tensor(group, title));
    }
    group.finish();
  }
  for (const char* needed : {"modelinfo", "colorize"})
    if (!g_key_file_has_group(file.get(), needed))
      throw Error(Error::Kind::settings,
                  origin + ": the group [" + needed + "] is missing; add it (see README, \"A network of your own\")");

  KeyGroup group(file, "colorize", origin);
  info.input = group.choice<Input>("input", {{"lightness", Input::lightness}, {"gray-rgb", Input::gray_rgb}});
  info.hints = group.choice<HintInput>(
      "hints", {{"none", HintInput::none}, {"planes", HintInput::planes}, {"mask", HintInput::mask}}, HintInput::none);
  info.output_kind = group.choice<Output>(
      "output", {{"ab", Output::ab}, {"ab-distribution", Output::ab_distribution}, {"rgb", Output::rgb}});

  if (info.hints == HintInput::mask) {
    if (info.inputs.size() < 2 || info.inputs.size() > 3)
      group.fail("hints", "needs two or three tensors with dir=input, not " + std::to_string(info.inputs.size()));
  } else if (info.inputs.size() != 1) {
    group.fail("hints", "needs one tensor with dir=input, not " + std::to_string(info.inputs.size()));
  }
  if (outputs.size() != 1)
    group.fail("output", "needs one tensor with dir=output, not " + std::to_string(outputs.size()));
  info.output = outputs[0];
  const int planes = (info.input == Input::gray_rgb ? 3 : 1) + (info.hints == HintInput::planes ? 3 : 0);
  expect_channels(group, info.inputs[0], planes, "input", "this input");
  if (info.inputs.size() == 2)
    expect_channels(group, info.inputs[1], 3, "hints", "a tensor of hints (a*, b*, confidence)");
  if (info.inputs.size() == 3) {
    expect_channels(group, info.inputs[1], 2, "hints", "the first of two tensors of hints (a*, b*)");
    expect_channels(group, info.inputs[2], 1, "hints", "the second of two tensors of hints (confidence)");
  }
  if (info.output_kind != Output::ab_distribution)
    expect_channels(group, info.output, info.output_kind == Output::ab ? 2 : 3, "output", "this output");

  if (const auto multiple = group.text("multiple")) info.multiple = group.whole("multiple", *multiple, 1, 1024);
  if (const auto size = group.text("size")) info.size = group.whole("size", *size, info.multiple, longest_side);
  if (const auto fixed = info.fixed_size())
    for (const int side : *fixed)
      if (side % info.multiple) group.fail("multiple", "does not divide the fixed side " + std::to_string(side));
  if (info.output_kind == Output::ab_distribution) {
    info.centres = inside(group, "centres", folder, group.needed("centres"));
    info.temperature = group.number("temperature", group.needed("temperature"));
    if (!(info.temperature > 0)) group.fail("temperature", "must be greater than 0");
  }
  if (info.input == Input::gray_rgb) {
    info.mean = group.three("mean", info.mean);
    info.deviation = group.three("deviation", info.deviation);
    if (std::ranges::any_of(info.deviation, [](float d) { return !(d > 0); }))
      group.fail("deviation", "must be greater than 0");
  }
  for (auto [key, value] : {std::pair{"name", &info.name},
                            {"summary", &info.summary},
                            {"licence", &info.licence},
                            {"source", &info.source}})
    *value = group.text(key).value_or("");
  group.finish();
  return info;
}

std::optional<std::array<int, 2>> ModelInfo::fixed_size() const {
  const auto& dims = inputs[0].dims;
  if (dims[2] < 0 || dims[3] < 0) return std::nullopt;
  return std::array{dims[3], dims[2]};
}

}  // namespace colorize
