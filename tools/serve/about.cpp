// SPDX-License-Identifier: LGPL-2.1-or-later
#include "about.h"

#include <gst/gst.h>

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <vector>

#include "batch/options.h"
#include "common/pagehints.h"
#include "common/properties.h"
#include "http.h"
#include "model.h"
#include "palette.h"

namespace fs = std::filesystem;

namespace colorize::command {

namespace {

template <typename Spec>
void describe_number(const Spec* spec, bool whole, Json& json) {
  json.text("kind", "number").truth("whole", whole).number("least", static_cast<double>(spec->minimum));
  json.number("most", static_cast<double>(spec->maximum)).number("value", static_cast<double>(spec->default_value));
}

void describe_choice(const std::vector<std::string>& words, const std::string& value, Json& json) {
  json.text("kind", "choice").array("choices");
  for (const std::string& word : words) json.object().text("value", word).text("words", word).end_object();
  json.end_array().text("value", value);
}

void describe_property(GParamSpec* spec, Json& json) {
  const GValue* const value = g_param_spec_get_default_value(spec);
  const std::string_view name = spec->name;
  const bool is_reference = name == "reference";  // whose pictures are put on the page by themselves
  json.object().text("name", spec->name);
  json.text("words",
            is_reference ? "Whether what the film showed earlier counts as well" : g_param_spec_get_blurb(spec));
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) {
    describe_number(G_PARAM_SPEC_DOUBLE(spec), false, json);
  } else if (G_IS_PARAM_SPEC_INT(spec)) {
    describe_number(G_PARAM_SPEC_INT(spec), true, json);
  } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
    json.text("kind", "switch").truth("value", g_value_get_boolean(value));
  } else if (G_IS_PARAM_SPEC_ENUM(spec)) {
    const GEnumClass* const values = G_PARAM_SPEC_ENUM(spec)->enum_class;
    std::vector<std::string> words;
    for (guint i = 0; i < values->n_values; ++i) words.emplace_back(values->values[i].value_nick);
    describe_choice(words, words[static_cast<std::size_t>(g_value_get_enum(value))], json);
  } else if (name == "palette") {
    json.text("kind", "text").text("value", "").array("choices");
    for (const std::string& stock : Palette::names()) json.text(nullptr, stock);
    json.end_array();
  } else {
    describe_choice(is_reference ? std::vector<std::string>{"own", "none"} : model_names(), g_value_get_string(value),
                    json);
  }
  json.end_object();
}

void describe_option(const OfferedOption& option, Json& json) {
  const bool is_choice = !option.choices.empty();
  json.object().text("name", option.name).text("words", option.words);
  json.text("kind", option.kind == OfferedOption::Kind::on_or_off ? "switch"
                    : option.kind == OfferedOption::Kind::number  ? "number"
                    : is_choice                                   ? "choice"
                                                                  : "text");
  json.array("choices");
  for (const std::string& choice : option.choices) json.text(nullptr, choice);
  json.end_array().end_object();
}

/// The files of video capture devices (V4L2), by the system's own list.
std::vector<std::pair<std::string, std::string>> cameras() {
  std::vector<std::pair<std::string, std::string>> found;
  GstDeviceMonitor* const monitor = gst_device_monitor_new();
  gst_device_monitor_add_filter(monitor, "Video/Source", nullptr);
  GList* const devices = gst_device_monitor_get_devices(monitor);
  for (GList* i = devices; i; i = i->next) {
    auto* const device = GST_DEVICE(i->data);
    const Owned<gchar> name(gst_device_get_display_name(device));
    GstStructure* const properties = gst_device_get_properties(device);
    const gchar* const path = properties ? gst_structure_get_string(properties, "device.path") : nullptr;
    if (path) found.emplace_back(name.get(), path);
    if (properties) gst_structure_free(properties);
  }
  g_list_free_full(devices, gst_object_unref);
  gst_object_unref(monitor);
  return found;
}

}  // namespace

void describe(Json& json) {
  json.array("properties");
  const Element element = make_colorize();
  for (GParamSpec* spec : own_properties(element.get()))
    if (has_control(spec)) describe_property(spec, json);
  json.end_array().array("options");
  for (const OfferedOption& option : picture_options()) describe_option(option, json);
  json.end_array().array("cameras");
  for (const auto& [name, device] : cameras()) json.object().text("name", name).text("device", device).end_object();
  json.end_array();
}

bool is_property(const std::string& name, const std::string& value) {
  return fault_of(name, value).empty() && (name != "model" || std::ranges::count(model_names(), value) > 0);
}

std::optional<GivenOption> option_for_property(const std::string& name, const std::string& value) {
  if (!is_property(name, value))
    throw Refusal(SOUP_STATUS_BAD_REQUEST,
                  is_said_in_lines(name) ? fault_of_lines(name, value) : name + " does not take '" + value + "'");
  if (is_said_in_lines(name)) {  // on the command line what begins with no brace, be it a space, names a file
    const std::size_t brace = value.find('{');
    return brace == std::string::npos ? std::nullopt : std::optional(GivenOption(name, value.substr(brace)));
  }
  if (value.empty()) return std::nullopt;  // no palette
  const Element element = make_colorize();
  GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), name.c_str());
  if (!G_IS_PARAM_SPEC_BOOLEAN(spec)) return GivenOption(name, value);
  const bool usual = g_value_get_boolean(g_param_spec_get_default_value(spec));
  if ((value == "true") == usual) return std::nullopt;
  return GivenOption((usual ? "no-" : "") + name, "");
}

std::optional<GivenOption> option_for(const std::string& name, const std::string& value) {
  auto options = picture_options();
  options.push_back({"overwrite", "", OfferedOption::Kind::on_or_off, {}});
  for (const char* const time : {"start", "duration", "frame"})
    options.push_back({time, "", OfferedOption::Kind::text, {}});
  const auto option = std::ranges::find(options, name, &OfferedOption::name);
  constexpr std::size_t longest = 1000;  // of a command line's word
  if (option == options.end() || value.size() > longest)
    throw Refusal(SOUP_STATUS_BAD_REQUEST, "'" + name + "' is no option that a page may give");
  if (option->kind == OfferedOption::Kind::on_or_off)
    return value == "true" ? std::optional(GivenOption(name, "")) : std::nullopt;
  if (!value.empty() && !option->choices.empty() && std::ranges::count(option->choices, value) == 0)
    throw Refusal(SOUP_STATUS_BAD_REQUEST, name + " does not take '" + value + "'");
  return value.empty() ? std::nullopt : std::optional(GivenOption(name, value));
}

bool is_camera(const std::string& device) {
  return std::ranges::count(cameras(), device, &std::pair<std::string, std::string>::second) > 0;
}

}  // namespace colorize::command
