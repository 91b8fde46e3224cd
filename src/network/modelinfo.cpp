// SPDX-License-Identifier: LGPL-2.1-or-later
#include "modelinfo.h"

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>

#include "error.h"
#include "excerpt.h"
#include "file.h"

namespace colorize {

namespace {

struct Free {
  void operator()(GKeyFile* p) const { g_key_file_unref(p); }
  void operator()(GError* p) const { g_error_free(p); }
  void operator()(gchar* p) const { g_free(p); }
  void operator()(gchar** p) const { g_strfreev(p); }
};

template <typename T>
using Owned = std::unique_ptr<T, Free>;

/// A group of the key file; every key that is read is ticked off, and what is left at the end is an error.
class Group {
 public:
  Group(GKeyFile* file, std::string name, const std::string& origin)
      : file_(file), name_(std::move(name)), origin_(origin) {
    const std::unique_ptr<gchar*, Free> keys(g_key_file_get_keys(file, name_.c_str(), nullptr, nullptr));
    for (gchar** key = keys.get(); key && *key; ++key) unread_.insert(*key);
  }

  [[noreturn]] void fail(const std::string& key, const std::string& why) const {
    throw Error(Error::Kind::settings, origin_ + ": [" + excerpt(name_) + "] " + excerpt(key) + ": " + why);
  }

  std::optional<std::string> text(const std::string& key) {
    if (unread_.erase(key) == 0) return std::nullopt;
    GError* error = nullptr;
    const Owned<gchar> value(g_key_file_get_string(file_, name_.c_str(), key.c_str(), &error));
    const Owned<GError> owned(error);
    if (error) fail(key, excerpt(error->message));
    return value.get();
  }

  std::string needed(const std::string& key) {
    auto value = text(key);
    if (!value) fail(key, "is missing");
    return *value;
  }

  /// One of the words of `choices`; without the key the first one that is offered as its default.
  template <typename T>
  T choice(const std::string& key, const std::map<std::string, T>& choices, std::optional<T> otherwise = {}) {
    const auto value = otherwise ? text(key) : needed(key);
    if (!value) return *otherwise;
    if (const auto found = choices.find(*value); found != choices.end()) return found->second;
    std::string words;
    for (const auto& [word, unused] : choices) words += (words.empty() ? "" : ", ") + word;
    fail(key, "'" + excerpt(*value) + "' is none of " + words);
  }

  double number(const std::string& key, const std::string& word) const {
    gchar* end = nullptr;
    const double value = g_ascii_strtod(word.c_str(), &end);
    if (word.empty() || *end != '\0' || !std::isfinite(static_cast<float>(value)))
      fail(key, "'" + excerpt(word) + "' is not a number");
    return value;
  }

  int whole(const std::string& key, const std::string& word, int low, int high) const {
    const double value = number(key, word);
    if (!(value >= low && value <= high) || value != static_cast<int>(value))
      fail(key,
           "'" + excerpt(word) + "' is not a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return static_cast<int>(value);
  }

  std::array<float, 3> three(const std::string& key, std::array<float, 3> otherwise);

  void finish() const {
    if (!unread_.empty()) fail(*unread_.begin(), "is not a key of this group; remove it or mend its spelling");
  }

 private:
  GKeyFile* file_;
  std::string name_;
  const std::string& origin_;
  std::set<std::string> unread_;
};

std::vector<std::string> split(const std::string& text, const char* delimiter) {
  const std::unique_ptr<gchar*, Free> parts(g_strsplit(text.c_str(), delimiter, -1));
  std::vector<std::string> words;
  for (gchar** part = parts.get(); *part; ++part) words.emplace_back(g_strstrip(*part));
  return words;
}

std::array<float, 3> Group::three(const std::string& key, std::array<float, 3> otherwise) {
  const auto value = text(key);
  if (!value) return otherwise;
  const auto words = split(*value, ",");
  if (words.size() != 3) fail(key, "needs three numbers, for red, green and blue");
  std::array<float, 3> numbers{};
  std::ranges::transform(words, numbers.begin(), [&](const auto& w) { return static_cast<float>(number(key, w)); });
  return numbers;
}

/// Of the pictures that a network sees.
constexpr int longest_side = 8192;

TensorInfo parse_tensor(Group& group, const std::string& name) {
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
std::filesystem::path inside(const Group& group, const std::string& key, const std::filesystem::path& folder,
                             const std::string& file) try {
  return path_inside(folder, file);
} catch (const Error& error) {
  group.fail(key, error.what());
}

void expect_channels(const Group& group, const TensorInfo& tensor, int channels, const std::string& key,
                     const std::string& what) {
  if (tensor.channels() != channels)
    group.fail(key, what + " needs " + std::to_string(channels) + " channels, but tensor [" + excerpt(tensor.name) +
                        "] has " + std::to_string(tensor.channels()));
}

}  // namespace

ModelInfo ModelInfo::parse(std::string_view text, const std::string& origin, const std::filesystem::path& folder) {
  const Owned<GKeyFile> file(g_key_file_new());
  GError* error = nullptr;
  if (!g_key_file_load_from_data(file.get(), text.data(), text.size(), G_KEY_FILE_NONE, &error)) {
    const Owned<GError> owned(error);
    throw Error(Error::Kind::settings, origin + ": not a modelinfo file: " + excerpt(error->message));
  }

  ModelInfo info;
  std::vector<TensorInfo> outputs;
  const std::unique_ptr<gchar*, Free> names(g_key_file_get_groups(file.get(), nullptr));
  for (gchar** name = names.get(); *name; ++name) {
    const std::string title = *name;
    if (title == "colorize") continue;
    Group group(file.get(), title, origin);
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

  Group group(file.get(), "colorize", origin);
  info.input = group.choice<Input>("input", {{"lightness", Input::lightness}, {"gray-rgb", Input::gray_rgb}});
  info.hints = group.choice<HintInput>(
      "hints", {{"none", HintInput::none}, {"planes", HintInput::planes}, {"mask", HintInput::mask}}, HintInput::none);
  info.output_kind = group.choice<Output>(
      "output", {{"ab", Output::ab}, {"ab-distribution", Output::ab_distribution}, {"rgb", Output::rgb}});

  if (const std::size_t wanted = info.hints == HintInput::mask ? 2 : 1; info.inputs.size() != wanted)
    group.fail("hints", "needs " + std::to_string(wanted) + " tensor(s) with dir=input, not " +
                            std::to_string(info.inputs.size()));
  if (outputs.size() != 1)
    group.fail("output", "needs one tensor with dir=output, not " + std::to_string(outputs.size()));
  info.output = outputs[0];
  const int planes = (info.input == Input::gray_rgb ? 3 : 1) + (info.hints == HintInput::planes ? 3 : 0);
  expect_channels(group, info.inputs[0], planes, "input", "this input");
  if (info.hints == HintInput::mask)
    expect_channels(group, info.inputs[1], 3, "hints", "a mask tensor (a*, b*, confidence)");
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
