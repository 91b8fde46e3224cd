// SPDX-License-Identifier: LGPL-2.1-or-later
/// What the user can turn, and what it does.

#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>
#include <gst/video/colorbalance.h>

#include <cmath>
#include <numbers>
#include <set>

#include "element.h"

using namespace test;

namespace {

/* As gst-inspect shows them */

struct Promise {
  const char* name;
  double low, high, otherwise;
  bool controllable;
};
constexpr Promise numbers[] = {{"saturation", 0, 2, 1, true},
                               {"hue-shift", -180, 180, 0, true},
                               {"strength", 0, 1, 1, true},
                               {"inference-size", 0, 2048, 0, false},
                               {"inference-interval", 1, 100, 1, false},
                               {"stability", 0, 1, 0.65, true},
                               {"scene-threshold", 0, 1, 0.45, true},
                               {"post-scene-cuts", 0, 1, 0, false},
                               {"keep-colour", 0, 1, 0, true},
                               {"mark", 0, 1, 1, false},
                               {"async", 0, 1, 0, false},
                               {"post-stats", 0, 1, 0, false},
                               {"warmth", -50, 50, 0, true},
                               {"tint", -50, 50, 0, true},
                               {"skin-guard", 0, 1, 0, true}};

GParamSpec* spec_of(const char* property) {
  Harness harness;
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(harness.element()), property);
  g_assert_nonnull(spec);
  return spec;
}

double as_double(const GValue* value) {
  GValue number = G_VALUE_INIT;
  g_value_init(&number, G_TYPE_DOUBLE);
  if (G_VALUE_HOLDS_BOOLEAN(value)) return g_value_get_boolean(value);
  g_assert_true(g_value_transform(value, &number));
  return g_value_get_double(&number);
}

/// What is there before the network is loaded, and only then.
constexpr const char* of_the_network[] = {"model", "engine", "inference-threads", "pass", "pass-file"};

/// The two tables above have them all, but for those that are no numbers.
void none_is_forgotten() {
  Harness harness;
  std::set<std::string> names, wanted(std::begin(of_the_network), std::end(of_the_network));
  wanted.insert({"stats", "hints", "palette", "region", "exclude", "reference", "show"});
  for (const Promise& promise : numbers) wanted.insert(promise.name);
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(harness.element()), &count);
  for (guint i = 0; i < count; ++i)
    if (specs[i]->owner_type == G_OBJECT_TYPE(harness.element())) names.insert(specs[i]->name);
  g_free(specs);
  g_assert_true(names == wanted);
}

void range_and_flags(const Promise& promise) {
  GParamSpec* spec = spec_of(promise.name);
  double low = 0, high = 0;
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) low = G_PARAM_SPEC_DOUBLE(spec)->minimum, high = G_PARAM_SPEC_DOUBLE(spec)->maximum;
  if (G_IS_PARAM_SPEC_BOOLEAN(spec)) high = 1;
  if (G_IS_PARAM_SPEC_INT(spec)) low = G_PARAM_SPEC_INT(spec)->minimum, high = G_PARAM_SPEC_INT(spec)->maximum;
  g_assert_cmpfloat(low, ==, promise.low);
  g_assert_cmpfloat(high, ==, promise.high);
  g_assert_cmpfloat(as_double(g_param_spec_get_default_value(spec)), ==, promise.otherwise);
  g_assert_true((spec->flags & G_PARAM_READWRITE) == G_PARAM_READWRITE);
  g_assert_true(spec->flags & GST_PARAM_MUTABLE_PLAYING);
  g_assert_true(static_cast<bool>(spec->flags & GST_PARAM_CONTROLLABLE) == promise.controllable);
  g_assert_cmpstr(g_param_spec_get_blurb(spec), !=, g_param_spec_get_nick(spec));
}

/// A new element has what its specs promise, and gives back what it is given.
void defaults_and_round_trip() {
  const Owned<GstElement> element(GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("colorize", nullptr))));
  for (const Promise& promise : numbers) {
    GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element.get()), promise.name);
    const auto get = [&] {
      GValue value = G_VALUE_INIT;
      g_object_get_property(G_OBJECT(element.get()), promise.name, &value);
      return as_double(&value);
    };
    g_assert_cmpfloat(get(), ==, promise.otherwise);
    for (const double number : {promise.low, promise.high}) {
      GValue value = G_VALUE_INIT;
      g_value_init(&value, spec->value_type);
      if (G_IS_PARAM_SPEC_BOOLEAN(spec))
        g_value_set_boolean(&value, number != 0);
      else if (G_IS_PARAM_SPEC_INT(spec))
        g_value_set_int(&value, static_cast<int>(number));
      else
        g_value_set_double(&value, number);
      g_object_set_property(G_OBJECT(element.get()), promise.name, &value);
      g_assert_cmpfloat(get(), ==, number);
    }
  }
}

void network_is_set_before_start() {
  for (const char* name : of_the_network) {
    GParamSpec* spec = spec_of(name);
    g_assert_true(spec->flags & GST_PARAM_MUTABLE_READY);
    g_assert_false(spec->flags & GST_PARAM_CONTROLLABLE);
  }
  g_assert_cmpstr(g_value_get_string(g_param_spec_get_default_value(spec_of("model"))), ==, "colorize");
  g_assert_cmpint(g_value_get_enum(g_param_spec_get_default_value(spec_of("engine"))), ==, 0);
  g_assert_cmpint(g_value_get_int(g_param_spec_get_default_value(spec_of("inference-threads"))), ==, 0);
}

/* What they do */

/// RGB says a*b* to half a unit, Y'CbCr to one.
std::string rgb() { return raw("RGB", 40, 24); }

/// The colour of a gray picture with one property set.
template <typename T>
Picture with(const char* property, T value) {
  Harness harness;
  harness.set(property, value);
  harness.caps(rgb());
  return harness.process(paint(rgb(), gray_squares(rgb())));
}

void saturation_multiplies_chroma() {
  for (const double saturation : {0.0, 0.25, 0.5, 1.0}) {  // twice as much would leave the gamut
    const Picture out = with("saturation", saturation);
    g_assert_cmpfloat(farthest_from(out, saturation * constant_a, saturation * constant_b), <, 0.6);
  }
}

void hue_shift_turns_the_plane() {
  for (const double degrees : {-180.0, -90.0, -30.0, 45.0, 120.0, 180.0}) {
    Harness harness;
    harness.set("hue-shift", degrees);
    harness.set("saturation", 0.5);  // inside the gamut at every hue
    harness.caps(rgb());
    const Picture out = harness.process(paint(rgb(), gray_squares(rgb())));
    const double c = 0.5 * std::cos(degrees * std::numbers::pi / 180),
                 s = 0.5 * std::sin(degrees * std::numbers::pi / 180);
    g_assert_cmpfloat(farthest_from(out, c * constant_a - s * constant_b, s * constant_a + c * constant_b), <, 0.6);
  }
}

/// On gray input the share of the new colour is all the colour there is.
void strength_is_the_share_of_new_colour() {
  for (const double strength : {0.25, 0.5, 1.0})
    g_assert_cmpfloat(farthest_from(with("strength", strength), strength * constant_a, strength * constant_b), <, 0.6);
}

/// What the picture brings keeps the rest.
void strength_keeps_the_rest_of_own_colour() {
  const auto coloured = [](int c, int, int) { return c == 0 ? 120 : c == 1 ? 100 : 160; };
  const auto chroma_at = [&](double strength) {
    Harness harness;
    harness.set("strength", strength);
    harness.set("saturation", 0.0);
    const std::string caps = raw("Y444", 8, 8);
    harness.caps(caps);
    const Samples s = samples(harness.process(paint(caps, coloured)));
    return std::pair<int, int>(s[1][0], s[2][0]);
  };
  g_assert_true(chroma_at(0) == std::pair(100, 160));
  g_assert_true(chroma_at(0.5) == std::pair(114, 144));
  g_assert_true(chroma_at(1) == std::pair(128, 128));
}

void strength_0_passes_the_very_buffer(const std::string& format) {
  const std::string caps = raw(format, 17, 9);
  Harness harness;
  harness.set("strength", 0.0);
  harness.caps(caps);
  for (const bool shared : {false, true}) {
    Picture picture = paint(caps, [](int c, int x, int y) { return (c * 90 + x * 13 + y * 7) % 256; });
    const auto before = bytes(picture.buffer.get());
    GstBuffer* const same = picture.buffer.get();
    const Buffer held(shared ? gst_buffer_ref(same) : gst_buffer_new());
    const Picture out = harness.process(std::move(picture.buffer));
    g_assert_true(out.buffer.get() == same);
    g_assert_true(bytes(same) == before);
  }
}

/// What has colour comes out bit by bit as it went in; what is gray or of one tint gets the network's colour.
void keep_colour_keeps_colour_only(const std::string& format) {
  const std::string caps = raw(format, 96, 64);
  const int unit = 1 << (paint(caps, gray_squares(caps)).depth() - 8);
  const bool yuv = paint(caps, gray_squares(caps)).is_yuv();
  const auto tint = [&](int c, int x, int y, bool coloured) {
    const auto wave = [](int i) { return i / 8 % 3; };  // in the samples of each plane
    const int light = 60 + 40 * wave(x + y);
    if (!yuv) return coloured ? 60 + 40 * wave(x * c + y * (2 - c)) : light + 10 - 10 * c;
    if (c == 0) return unit * light;
    return unit * (!coloured ? 110 + 35 * (c - 1) : 80 + 40 * wave(c == 1 ? x : y));
  };
  for (const bool coloured : {true, false}) {
    Harness harness;
    harness.set("keep-colour", TRUE);
    harness.caps(caps);
    for (int frame = 0; frame < 3; ++frame) {
      const Picture picture = paint(caps, [&](int c, int x, int y) { return tint(c, x, y, coloured); });
      g_assert_true((samples(harness.process(picture)) == samples(picture)) == coloured);
    }
  }
}

/// Gray input must become something else even so: neutral.
void strength_0_makes_gray_neutral() {
  const std::string in = raw("GRAY8", 40, 24);
  Harness harness;
  harness.set("strength", 0.0);
  harness.caps(in, "video/x-raw,format=I420");
  const Picture gray = paint(in, gray_squares(in)), out = harness.process(gray);
  const Samples now = samples(out);
  g_assert_true(now[0] == samples(gray)[0]);
  for (int c : {1, 2})
    for (const int chroma : now[c]) g_assert_cmpint(chroma, ==, 128);
}

/// Stripes that a network of 64 columns (the sidecar's size, and so that of 0) sees as one gray, one of 256 does not.
void inference_size_is_what_the_network_sees() {
  const auto seen = [](int size) {
    Harness harness(network("ab-linear"));
    const std::string caps = raw("Y444", 256, 144);
    harness.set("inference-size", size);
    harness.caps(caps);
    return samples(harness.process(paint(caps, gray(caps, [](int x, int) { return x % 4 < 2 ? 60 : 180; }))));
  };
  g_assert_true(seen(0) == seen(64));
  g_assert_true(seen(0) != seen(256));
}

/// Faded in and out again by a controller: each frame has the strength of its own time.
void control_source_drives_strength() {
  Harness harness;
  GstControlSource* source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, nullptr);
  auto* curve = GST_TIMED_VALUE_CONTROL_SOURCE(source);
  for (const auto& [second, value] : {std::pair{0, 0.0}, {2, 1.0}, {4, 0.0}})
    g_assert_true(gst_timed_value_control_source_set(curve, second * GST_SECOND, value));
  g_assert_true(gst_object_add_control_binding(
      GST_OBJECT(harness.element()),
      gst_direct_control_binding_new_absolute(GST_OBJECT(harness.element()), "strength", source)));
  gst_object_unref(source);

  harness.caps(rgb());
  for (int half = 0; half <= 8; ++half) {
    Picture picture = paint(rgb(), gray_squares(rgb()));
    GST_BUFFER_PTS(picture.buffer.get()) = half * GST_SECOND / 2;
    const GstBuffer* same = picture.buffer.get();
    const Picture out = harness.process(std::move(picture.buffer));
    const double strength = half <= 4 ? half / 4.0 : (8 - half) / 4.0;
    g_assert_cmpfloat(farthest_from(out, strength * constant_a, strength * constant_b), <, 0.6);
    if (strength == 0) g_assert_true(out.buffer.get() == same);
  }
}

/* GstColorBalance */

struct Channel {
  const char *label, *property;
  double at_least, at_middle, at_most;
};
constexpr Channel channels[] = {{"HUE", "hue-shift", -180, 0, 180}, {"SATURATION", "saturation", 0, 1, 2}};

GstColorBalanceChannel* channel_of(GstColorBalance* balance, const char* label) {
  for (const GList* item = gst_color_balance_list_channels(balance); item; item = item->next)
    if (auto* channel = GST_COLOR_BALANCE_CHANNEL(item->data); g_str_equal(channel->label, label)) return channel;
  g_assert_not_reached();
}

struct Heard {
  GstColorBalanceChannel* channel = nullptr;
  int value = 0, times = 0;
};

void hear(GstColorBalance*, GstColorBalanceChannel* channel, gint value, gpointer heard) {
  auto* what = static_cast<Heard*>(heard);
  what->channel = channel, what->value = value, ++what->times;
}

void color_balance(const Channel& expected) {
  Harness harness;
  auto* balance = GST_COLOR_BALANCE(harness.element());
  g_assert_cmpuint(g_list_length(const_cast<GList*>(gst_color_balance_list_channels(balance))), ==,
                   std::size(channels));
  g_assert_cmpint(gst_color_balance_get_balance_type(balance), ==, GST_COLOR_BALANCE_SOFTWARE);
  GstColorBalanceChannel* channel = channel_of(balance, expected.label);
  g_assert_cmpint(channel->min_value, ==, -1000);
  g_assert_cmpint(channel->max_value, ==, 1000);
  const auto property = [&] {
    double value = 0;
    g_object_get(harness.element(), expected.property, &value, nullptr);
    return value;
  };

  // From the channel to the property ...
  for (const auto& [value, number] :
       {std::pair{-1000, expected.at_least}, {0, expected.at_middle}, {1000, expected.at_most}}) {
    gst_color_balance_set_value(balance, channel, value);
    g_assert_cmpfloat_with_epsilon(property(), number, 1e-9);
  }
  for (int value = -1000; value <= 1000; ++value) {
    gst_color_balance_set_value(balance, channel, value);
    g_assert_cmpint(gst_color_balance_get_value(balance, channel), ==, value);
  }
  gst_color_balance_set_value(balance, channel, 5000);
  g_assert_cmpfloat(property(), ==, expected.at_most);

  // ... and back, and whoever listens hears of it, once.
  Heard heard;
  const gulong listening = g_signal_connect(balance, "value-changed", G_CALLBACK(hear), &heard);
  harness.set(expected.property, (expected.at_middle + expected.at_most) / 2);
  g_assert_cmpint(gst_color_balance_get_value(balance, channel), ==, 500);
  g_assert_true(heard.channel == channel);
  g_assert_cmpint(heard.value, ==, 500);
  harness.set(expected.property, (expected.at_middle + expected.at_most) / 2);
  g_assert_cmpint(heard.times, ==, 1);
  gst_color_balance_set_value(balance, channel, -1000);
  g_assert_cmpint(heard.value, ==, -1000);
  g_assert_cmpint(heard.times, ==, 2);
  g_signal_handler_disconnect(balance, listening);
}

}  // namespace

int main(int argc, char** argv) {
  init(&argc, &argv);
  for (const Promise& promise : numbers)
    add(std::string("/properties/range-and-flags/") + promise.name, [&promise] { range_and_flags(promise); });
  add("/properties/none-is-forgotten-here", none_is_forgotten);
  add("/properties/defaults-and-round-trip", defaults_and_round_trip);
  add("/properties/network-is-set-before-start", network_is_set_before_start);
  add("/properties/saturation-multiplies-chroma", saturation_multiplies_chroma);
  add("/properties/hue-shift-turns-the-plane", hue_shift_turns_the_plane);
  add("/properties/strength-is-the-share-of-new-colour", strength_is_the_share_of_new_colour);
  add("/properties/strength-keeps-the-rest-of-own-colour", strength_keeps_the_rest_of_own_colour);
  for (const auto& format : colour_formats)
    add("/properties/strength-0-passes-the-very-buffer/" + format, [=] { strength_0_passes_the_very_buffer(format); });
  for (const char* format : {"I420", "NV12", "Y444", "P010_10LE", "I420_12LE", "BGRx", "BGR"})
    add(std::string("/properties/keep-colour-keeps-colour-only/") + format,
        [=] { keep_colour_keeps_colour_only(format); });
  add("/properties/strength-0-makes-gray-neutral", strength_0_makes_gray_neutral);
  add("/properties/inference-size-is-what-the-network-sees", inference_size_is_what_the_network_sees);
  add("/properties/control-source-drives-strength", control_source_drives_strength);
  for (const Channel& channel : channels)
    add(std::string("/properties/color-balance/") + channel.label, [&channel] { color_balance(channel); });
  return g_test_run();
}
