// SPDX-License-Identifier: LGPL-2.1-or-later
#include "settings.h"

#include <array>
#include <map>
#include <mutex>
#include <opencv2/core/utility.hpp>

#include "common/properties.h"
#include "film/plan.h"
#include "model.h"
#include "networkfiles.h"
#if HAVE_LIBAV
#include "film/libavencoder.h"
#endif

namespace colorize::command {

namespace {

void add_property(Json& json, GstElement* element, const GParamSpec* spec) {
  GValue value = G_VALUE_INIT, as_number = G_VALUE_INIT;
  g_object_get_property(G_OBJECT(element), spec->name, &value);
  g_value_init(&as_number, G_TYPE_DOUBLE);
  if (G_VALUE_HOLDS_BOOLEAN(&value)) {
    json.truth(spec->name, g_value_get_boolean(&value));
  } else if (G_VALUE_HOLDS_STRING(&value)) {
    const gchar* const text = g_value_get_string(&value);
    text ? json.text(spec->name, text) : json.nothing(spec->name);
  } else if (G_VALUE_HOLDS_ENUM(&value)) {
    const Owned<gchar> nick(gst_value_serialize(&value));
    json.text(spec->name, nick.get());
  } else if (G_VALUE_HOLDS_FLOAT(&value)) {  // 0.8 and not 0.800000011920929
    gchar digits[G_ASCII_DTOSTR_BUF_SIZE];
    json.number(spec->name,
                g_ascii_strtod(g_ascii_formatd(digits, sizeof digits, "%.7g", g_value_get_float(&value)), nullptr));
  } else if (G_VALUE_HOLDS_INT(&value)) {
    json.integer(spec->name, g_value_get_int(&value));
  } else if (G_VALUE_HOLDS_UINT(&value)) {
    json.integer(spec->name, g_value_get_uint(&value));
  } else if (g_value_transform(&value, &as_number)) {
    json.number(spec->name, g_value_get_double(&as_number));
  }
  g_value_unset(&as_number);
  g_value_unset(&value);
}

double in_seconds(std::int64_t time) { return static_cast<double>(time) / GST_SECOND; }

/// As the user said it.
void add_range(Json& json, const std::optional<Range>& range) {
  if (!range) {
    json.nothing("range");
    return;
  }
  json.object("range").number("start", in_seconds(range->start + Range::rounding));
  range->end == Range{}.end ? json.nothing("end") : json.number("end", in_seconds(range->end + Range::rounding));
  json.end_object();
}

/// "good 1.22.0", the plugin that an element comes from, or the library of one of our own; nothing where there is none.
void add_plugin_of(Json& json, const char* key, const std::string& element) {
  const Owned<GstElementFactory> factory(element.empty() ? nullptr : gst_element_factory_find(element.c_str()));
  const Owned<GstPlugin> plugin(factory ? gst_plugin_feature_get_plugin(GST_PLUGIN_FEATURE(factory.get())) : nullptr);
#if HAVE_LIBAV
  if (!plugin && element.starts_with("colorize-")) {
    json.text(key, libavcodec_version());
    return;
  }
#endif
  plugin ? json.text(key, std::string(gst_plugin_get_name(plugin.get())) + " " + gst_plugin_get_version(plugin.get()))
         : json.nothing(key);
}

/// To find that out may take loading the network, and many results are made alike.
std::string library_for(const Properties& properties) {
  static std::mutex asking;
  static std::map<Properties, std::string> known;
  const std::lock_guard lock(asking);
  std::string& library = known[properties];
  if (!library.empty()) return library;
  Properties settled = properties;
  library = settle_engine(settled);
  return library;
}

}  // namespace

std::string model_of(const Properties& properties) {
  const Element element = make_colorize();
  set_properties(element.get(), properties);
  Owned<gchar> model;
  g_object_get(element.get(), "model", static_cast<gchar**>(out(model)), nullptr);
  return model.get();
}

void add_settings(Json& json, const Choices& choices, const Made& made) {
  json.object("settings");
  if (choices.to_gray) {
    json.nothing("properties");
  } else {
    const Element element = make_colorize();
    set_properties(element.get(), made.properties);
    json.object("properties");
    for (const GParamSpec* spec : own_properties(element.get())) add_property(json, element.get(), spec);
    json.end_object();
  }
  json.truth("to-gray", choices.to_gray);
  json.text("compare", std::array{"none", "halves", "side-by-side"}.at(static_cast<std::size_t>(choices.compare)));
  json.text("label", choices.label).truth("deinterlace", choices.deinterlace).text("codec", made.codec);
  choices.quality ? json.integer("quality", *choices.quality) : json.nothing("quality");
  json.text("speed", std::array{"fast", "medium", "slow"}.at(static_cast<std::size_t>(choices.speed)));
  choices.bits ? json.integer("bits", *choices.bits) : json.nothing("bits");
  json.text("sound", choices.aac ? "aac" : "copy");
  add_range(json, choices.range);
  json.end_object();
}

void add_versions(Json& json, const Choices& choices, const Made& made) {
  const Owned<gchar> gstreamer(gst_version_string());
  json.object("versions").text("command", "gst-colorize " COLORIZE_VERSION).text("gstreamer", gstreamer.get());
  add_plugin_of(json, "plugin", "colorize");
  made.encoder.empty() ? json.nothing("encoder") : json.text("encoder", made.encoder);
  add_plugin_of(json, "encoder-plugin", made.encoder);
  json.text("opencv", cv::getVersionString());
  if (choices.to_gray) {
    json.nothing("engine").nothing("network");
  } else {
    json.text("engine", library_for(made.properties)).text("network", network_files(model_of(made.properties)).name);
  }
  json.end_object();
}

}  // namespace colorize::command
