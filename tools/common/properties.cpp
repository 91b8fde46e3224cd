// SPDX-License-Identifier: LGPL-2.1-or-later
#include "properties.h"

#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <list>
#include <span>
#include <string_view>
#include <utility>

#include "commandline.h"
#include "error.h"
#include "hints.h"
#include "inference.h"
#include "pagehints.h"
#include "palette.h"
#include "pipeline.h"
#include "references.h"
#include "regions.h"
#include "words.h"

namespace colorize::command {

namespace {

template <typename Spec>
std::string range(const Spec* spec) {
  return brief(static_cast<double>(spec->minimum)) + " to " + brief(static_cast<double>(spec->maximum));
}

/// The values that a property takes, in words; empty: any.
std::string values_of(GParamSpec* spec) {
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) return range(G_PARAM_SPEC_DOUBLE(spec));
  if (G_IS_PARAM_SPEC_FLOAT(spec)) return range(G_PARAM_SPEC_FLOAT(spec));
  if (G_IS_PARAM_SPEC_INT(spec)) return "whole numbers from " + range(G_PARAM_SPEC_INT(spec));
  if (G_IS_PARAM_SPEC_UINT(spec)) return "whole numbers from " + range(G_PARAM_SPEC_UINT(spec));
  std::vector<std::string> words;
  if (G_IS_PARAM_SPEC_ENUM(spec)) {
    const GEnumClass* values = G_PARAM_SPEC_ENUM(spec)->enum_class;
    for (guint i = 0; i < values->n_values; ++i) words.emplace_back(values->values[i].value_nick);
  }
  return listed(words);
}

std::string default_of(GParamSpec* spec) {
  const GValue* value = g_param_spec_get_default_value(spec);
  GValue as_number = G_VALUE_INIT;
  g_value_init(&as_number, G_TYPE_DOUBLE);
  if (!G_IS_PARAM_SPEC_ENUM(spec) && g_value_transform(value, &as_number)) return brief(g_value_get_double(&as_number));
  if (G_VALUE_HOLDS_STRING(value)) return g_value_get_string(value) ? g_value_get_string(value) : "none";
  const Owned<gchar> text(gst_value_serialize(value));
  return text ? text.get() : "";
}

bool is_on_by_default(GParamSpec* spec) { return g_value_get_boolean(g_param_spec_get_default_value(spec)); }

bool allows(GParamSpec* spec, const char* text) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  const bool fits = *text && gst_value_deserialize(&value, text) && !g_param_value_validate(spec, &value) &&
                    !(G_VALUE_HOLDS_DOUBLE(&value) && std::isnan(g_value_get_double(&value)));
  g_value_unset(&value);
  return fits;
}

/// What pipelines that play live pictures set, with which a result depends on the time that things take, and the
/// passes, which the command makes by itself.
constexpr std::array<std::string_view, 4> of_pipelines{"async", "post-stats", "pass", "pass-file"};

bool is_own(GParamSpec* spec, GstElement* colorize) {
  return spec->owner_type == G_OBJECT_TYPE(colorize) && spec->flags & G_PARAM_WRITABLE &&
         std::ranges::count(of_pipelines, spec->name) == 0;
}

std::string fault_of_palette(const std::string& text) try {
  constexpr std::size_t longest = 1000;
  if (text.size() > longest) return "palette is longer than " + std::to_string(longest) + " bytes";
  if (!text.empty()) Palette::parse(text);
  return "";
} catch (const Error& error) {
  return error.what();
}

std::string refusal(const std::string& what, const std::string& value, GParamSpec* spec) {
  return what + " does not take '" + value + "'; it takes " + values_of(spec);
}

/// An option of the group: a property, or none for a preset of them, and GOption's view of it.
struct Option {
  GParamSpec* spec;
  std::string name, description;
  const char* argument;
};

struct Group {
  Element element;  // keeps the class and its specs
  Properties& given;
  std::vector<Option> options;
  std::ptrdiff_t of_presets = 0;         // how many of those that are given, the first ones
  std::list<std::string> american = {};  // names, which entries point to
};

/// A name as it is spelt in America, which is taken too.
std::string american(std::string name) {
  if (const std::size_t at = name.find("colour"); at != std::string::npos) name.erase(at + 4, 1);
  return name;
}

/// Whether an option can change anything here: one library is no choice.
bool has_effect(const std::string& name) { return name != "engine" || !inference::onnxruntime::library().empty(); }

std::vector<std::string> preset_names(GstElement* colorize) {
  gchar** const names = gst_preset_get_preset_names(GST_PRESET(colorize));
  std::vector<std::string> all;
  for (gchar** name = names; name && *name; ++name) all.emplace_back(*name);
  g_strfreev(names);
  return all;
}

/// What a preset of GStreamer's for the element sets, before all that is said by itself, wherever that stands. The
/// element still has what presets before it set.
void add_preset(const std::string& preset, Group& group) {
  GstElement* const element = group.element.get();
  if (!gst_preset_load_preset(GST_PRESET(element), preset.c_str()))
    throw Error(Error::Kind::settings, "there is no such preset; there are " + listed(preset_names(element)));
  group.given.erase(group.given.begin(), group.given.begin() + std::exchange(group.of_presets, 0));
  for (GParamSpec* spec : own_properties(element)) {
    GValue value = G_VALUE_INIT;
    g_object_get_property(G_OBJECT(element), spec->name, &value);
    if (!g_param_value_defaults(spec, &value)) {
      const Owned<gchar> text(G_VALUE_HOLDS_STRING(&value) ? g_value_dup_string(&value) : gst_value_serialize(&value));
      if (text && *text) group.given.emplace(group.given.begin() + group.of_presets++, spec->name, text.get());
    }
    g_value_unset(&value);
  }
}

gboolean take(const gchar* option, const gchar* text, gpointer data, GError** error) try {
  auto& group = *static_cast<Group*>(data);
  for (const auto& [spec, name, description, argument] : group.options) {
    if (option != "--" + name && option != "--" + american(name)) continue;
    if (!spec) {
      add_preset(text, group);
    } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
      group.given.emplace_back(spec->name, is_on_by_default(spec) ? "false" : "true");
    } else if (std::string_view(spec->name) == "hints") {
      add_lines("hints", name == "hint" ? line_of_hint(text) : lines_of_hints(text), group.given);
    } else if (std::string_view(spec->name) == "region" || std::string_view(spec->name) == "exclude") {
      add_lines(spec->name, lines_of_regions(text), group.given);
    } else if (std::string_view(spec->name) == "reference") {
      add_reference(text, group.given);
    } else if (allows(spec, text)) {
      group.given.emplace_back(spec->name, text);
    } else {
      g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, refusal(option, text, spec).c_str());
      return FALSE;
    }
  }
  return TRUE;
} catch (const Error& problem) {
  g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s %s: %s", option, text, problem.what());
  return FALSE;
}

}  // namespace

Element make_colorize() {
  Element element = sunk(gst_element_factory_make("colorize", nullptr));
  if (!element)
    throw Failure(
        "GStreamer does not find its element 'colorize': install its plugin, libgstcolorize.so, or name the folder "
        "that it lies in by the environment variable GST_PLUGIN_PATH");
  return element;
}

std::vector<GParamSpec*> own_properties(GstElement* colorize) {
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(colorize), &count);
  std::vector<GParamSpec*> own;
  for (GParamSpec* spec : std::span(specs, count))
    if (is_own(spec, colorize)) own.push_back(spec);
  g_free(specs);
  return own;
}

void set_properties(GstElement* colorize, const Properties& given) {
  for (const auto& [name, value] : given) gst_util_set_object_arg(G_OBJECT(colorize), name.c_str(), value.c_str());
}

bool has_control(const GParamSpec* spec) {
  const std::string_view name = spec->name;
  return !G_IS_PARAM_SPEC_STRING(spec) || name == "model" || name == "palette" || name == "reference";
}

std::string fault_of(const std::string& name, const std::string& value) {
  const Element element = make_colorize();
  GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), name.c_str());
  if (is_said_in_lines(name)) return fault_of_lines(name, value);
  if (!spec || !is_own(spec, element.get()) || !has_control(spec)) return "there is no property '" + name + "'";
  if (name == "reference") return is_reference_word(value) ? "" : "reference does not take '" + value + "' from a page";
  if (name == "palette") return fault_of_palette(value);
  return allows(spec, value.c_str()) ? "" : refusal(name, value, spec);
}

/// The options of the properties; `given` must outlive the group. Throws Failure where GStreamer does not find the
/// element.
static GOptionGroup* property_options(Properties& given) {
  auto* group = new Group{make_colorize(), given, {}};
  for (GParamSpec* spec : own_properties(group->element.get())) {
    const std::string blurb = g_param_spec_get_blurb(spec);
    if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
      const bool on = is_on_by_default(spec);
      group->options.push_back(
          {spec, (on ? "no-" : "") + std::string(spec->name), (on ? "Do not: " : "") + blurb, nullptr});
    } else {
      const std::string values = values_of(spec);
      group->options.push_back({spec, spec->name,
                                blurb + "; " + (values.empty() ? "" : values + ", ") + "default " + default_of(spec),
                                values.empty()               ? "TEXT"
                                : G_IS_PARAM_SPEC_ENUM(spec) ? "WORD"
                                                             : "NUMBER"});
    }
    if (std::string_view(spec->name) == "hints")
      group->options.push_back({spec, "hint", "One more hint, such as 12.5s,320,180,8=#6b5b3a or 50%,40%=neutral",
                                "[TIMEs,]X,Y[,RADIUS]=COLOUR"});
  }
  group->options.push_back({nullptr, "preset",
                            "Set several of these as a look has them: " + listed(preset_names(group->element.get())),
                            "NAME"});

  GOptionGroup* options = g_option_group_new("colour", "Colour, by the properties of the element colorize:", "", group,
                                             [](gpointer data) { delete static_cast<Group*>(data); });
  std::vector<GOptionEntry> entries;
  for (const Option& option : group->options) {
    const auto add = [&](const std::string& name, bool shows) {
      const int flags = (option.argument ? 0 : G_OPTION_FLAG_NO_ARG) | (shows ? 0 : G_OPTION_FLAG_HIDDEN);
      entries.push_back({name.c_str(), 0, flags, G_OPTION_ARG_CALLBACK, reinterpret_cast<gpointer>(&take),
                         option.description.c_str(), option.argument});
    };
    add(option.name, has_effect(option.name));
    if (american(option.name) != option.name) add(group->american.emplace_back(american(option.name)), false);
  }
  entries.push_back({});
  g_option_group_add_entries(options, entries.data());  // copies the entries, not their texts
  return options;
}

/// Of several values of a property the last one counts: the others are of no use to anybody.
static void leave_last_ones(Properties& given) {
  for (std::size_t i = given.size(); i-- > 0;) {
    const std::string name = given[i].first;
    const auto end = given.begin() + static_cast<std::ptrdiff_t>(i);
    const auto rest = std::remove_if(given.begin(), end, [&](const auto& other) { return other.first == name; });
    i -= static_cast<std::size_t>(end - rest);
    given.erase(rest, end);
  }
}

bool parse_with_properties(GOptionContext* context, int& argc, char**& argv, Properties& given, const gboolean* version,
                           const Profile* profile) {
  std::string missing;
  try {
    g_option_context_add_group(context, property_options(given));
  } catch (const Failure& failure) {
    missing = failure.what();
  }
  bool wanted = false;
  try {
    wanted = parse_options(context, argc, argv, profile);
  } catch (const UsageError&) {
    if (missing.empty()) throw;
    throw Failure(missing);  // what is not known may be one of its properties
  }
  leave_last_ones(given);
  if (missing.empty()) return wanted;
  if (wanted && !(version && *version)) throw Failure(missing);
  g_printerr("%s\n", missing.c_str());
  return wanted;
}

void try_properties(const Properties& given) {
  const Element element = make_colorize();
  set_properties(element.get(), given);
  const Owned<GstBus> bus(gst_bus_new());
  gst_element_set_bus(element.get(), bus.get());
  const bool works = gst_element_set_state(element.get(), GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE;
  gst_element_set_state(element.get(), GST_STATE_NULL);
  gst_element_set_bus(element.get(), nullptr);
  if (works) return;
  const Owned<GstMessage> message(gst_bus_pop_filtered(bus.get(), GST_MESSAGE_ERROR));
  if (!message) throw Failure("the element 'colorize' does not start");
  Owned<GError> error;
  gst_message_parse_error(message.get(), out(error), nullptr);
  // What the element has no words of its own for, as where memory is short, is of LIBRARY_FAILED.
  const bool is_chosen = std::ranges::count(given, "model", &Properties::value_type::first) > 0;
  const bool is_of_the_network = g_error_matches(error.get(), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT);
  if (given.empty() || (is_of_the_network && !is_chosen) ||
      g_error_matches(error.get(), GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_FAILED))
    throw Failure(error->message);
  throw UsageError(error->message);
}

}  // namespace colorize::command
