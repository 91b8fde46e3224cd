// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizeproperties.h"

#include "gstcolorizebalance.h"
#include "gstcolorizestats.h"
#include "gstcolorizewords.h"
#include "model.h"

enum {
  PROP_0,
  PROP_MODEL,
  PROP_ENGINE,
  PROP_INFERENCE_THREADS,
  PROP_SATURATION,
  PROP_HUE_SHIFT,
  PROP_STRENGTH,
  PROP_INFERENCE_SIZE,
  PROP_INFERENCE_INTERVAL,
  PROP_STABILITY,
  PROP_SCENE_THRESHOLD,
  PROP_POST_SCENE_CUTS,
  PROP_KEEP_COLOUR,
  PROP_MARK,
  PROP_ASYNC,
  PROP_STATS,
  PROP_POST_STATS,
  PROP_HINTS,
  PROP_WARMTH,
  PROP_TINT,
  PROP_PALETTE,
  PROP_SKIN_GUARD,
  PROP_REGION,
  PROP_EXCLUDE,
  PROP_REFERENCE,
  PROP_SHOW,
  PROP_PASS,
  PROP_PASS_FILE
};

static constexpr gint most_inference_threads = 256;

#define GST_TYPE_COLORIZE_ENGINE (gst_colorize_engine_get_type())
static GType gst_colorize_engine_get_type(void) {
  static const GEnumValue engines[] = {{static_cast<gint>(colorize::Engine::automatic),
                                        "ONNX Runtime where it is built in and takes the network, else OpenCV", "auto"},
                                       {static_cast<gint>(colorize::Engine::opencv), "OpenCV", "opencv"},
                                       {static_cast<gint>(colorize::Engine::onnxruntime),
                                        "ONNX Runtime, which takes ONNX networks alone", "onnxruntime"},
                                       {0, NULL, NULL}};
  static const GType type = g_enum_register_static("GstColorizeEngine", engines);
  return type;
}

enum { SHOW_COLOUR, SHOW_CONFIDENCE };
#define GST_TYPE_COLORIZE_SHOW (gst_colorize_show_get_type())
static GType gst_colorize_show_get_type(void) {
  static const GEnumValue shown[] = {
      {SHOW_COLOUR, "The picture in colour", "colour"},
      {SHOW_CONFIDENCE, "Green where references and hints say the colour, gray where the network guesses it",
       "confidence"},
      {0, NULL, NULL}};
  static const GType type = g_enum_register_static("GstColorizeShow", shown);
  return type;
}

#define GST_TYPE_COLORIZE_PASS (gst_colorize_pass_get_type())
static GType gst_colorize_pass_get_type(void) {
  static const GEnumValue passes[] = {
      {PASS_SINGLE, "Each frame by what came before it", "single"},
      {PASS_FIRST, "Write colours by all of each shot into pass-file; pictures stay as they are", "first"},
      {PASS_SECOND, "Take the colours from pass-file", "second"},
      {0, NULL, NULL}};
  static const GType type = g_enum_register_static("GstColorizePass", passes);
  return type;
}

void gst_colorize_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  GstColorize* self = GST_COLORIZE(object);
  GST_OBJECT_LOCK(self);
  const colorize::Settings before = self->settings;
  switch (id) {
    case PROP_MODEL:
      g_free(self->model);
      self->model = g_value_dup_string(value);
      break;
    case PROP_ENGINE:
      self->engine = static_cast<colorize::Engine>(g_value_get_enum(value));
      break;
    case PROP_INFERENCE_THREADS:
      self->inference_threads = g_value_get_int(value);
      break;
    case PROP_SATURATION:
      self->settings.saturation = g_value_get_double(value);
      break;
    case PROP_HUE_SHIFT:
      self->settings.hue_shift = g_value_get_double(value);
      break;
    case PROP_STRENGTH:
      self->settings.strength = g_value_get_double(value);
      break;
    case PROP_INFERENCE_SIZE:
      self->settings.inference_size = g_value_get_int(value);
      break;
    case PROP_INFERENCE_INTERVAL:
      self->settings.inference_interval = g_value_get_int(value);
      break;
    case PROP_STABILITY:
      self->settings.stability = g_value_get_double(value);
      break;
    case PROP_SCENE_THRESHOLD:
      self->settings.scene_threshold = g_value_get_double(value);
      break;
    case PROP_POST_SCENE_CUTS:
      self->settings.report_cuts = g_value_get_boolean(value);
      break;
    case PROP_KEEP_COLOUR:
      self->settings.keep_colour = g_value_get_boolean(value);
      break;
    case PROP_MARK:
      self->mark = g_value_get_boolean(value);
      break;
    case PROP_ASYNC:
      self->settings.async = g_value_get_boolean(value);
      break;
    case PROP_POST_STATS:
      self->post_stats = g_value_get_boolean(value);
      break;
    case PROP_HINTS:
      GST_OBJECT_UNLOCK(self);
      gst_colorize_take_hints(self, g_value_get_string(value));
      GST_OBJECT_LOCK(self);
      break;
    case PROP_REFERENCE:
      GST_OBJECT_UNLOCK(self);
      gst_colorize_take_reference(self, g_value_get_string(value));
      GST_OBJECT_LOCK(self);
      break;
    case PROP_SHOW:
      self->settings.show_confidence = g_value_get_enum(value) == SHOW_CONFIDENCE;
      break;
    case PROP_PASS:
      self->pass = g_value_get_enum(value);
      break;
    case PROP_PASS_FILE:
      g_free(self->pass_file);
      self->pass_file = g_value_dup_string(value);
      break;
    case PROP_WARMTH:
      self->settings.warmth = g_value_get_double(value);
      break;
    case PROP_TINT:
      self->settings.tint = g_value_get_double(value);
      break;
    case PROP_PALETTE:
      GST_OBJECT_UNLOCK(self);
      gst_colorize_take_palette(self, g_value_get_string(value));
      GST_OBJECT_LOCK(self);
      break;
    case PROP_SKIN_GUARD:
      self->settings.skin_guard = g_value_get_boolean(value);
      break;
    case PROP_REGION:
    case PROP_EXCLUDE: {
      const bool inside = id == PROP_REGION;
      GST_OBJECT_UNLOCK(self);
      gst_colorize_take_regions(self, spec->name, g_value_get_string(value), inside ? &self->region : &self->exclude,
                                inside ? &self->settings.region : &self->settings.exclude);
      GST_OBJECT_LOCK(self);
      break;
    }
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
      break;
  }
  const colorize::Settings after = self->settings;
  GST_OBJECT_UNLOCK(self);

  for (int channel = 0; channel < N_CHANNELS; ++channel) {
    const gint now = gst_colorize_channel_value(after, channel);
    if (now != gst_colorize_channel_value(before, channel))
      gst_color_balance_value_changed(GST_COLOR_BALANCE(self), self->channels[channel], now);
  }
}

void gst_colorize_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  GstColorize* self = GST_COLORIZE(object);
  GST_OBJECT_LOCK(self);
  switch (id) {
    case PROP_MODEL:
      g_value_set_string(value, self->model);
      break;
    case PROP_ENGINE:
      g_value_set_enum(value, static_cast<gint>(self->engine));
      break;
    case PROP_INFERENCE_THREADS:
      g_value_set_int(value, self->inference_threads);
      break;
    case PROP_SATURATION:
      g_value_set_double(value, self->settings.saturation);
      break;
    case PROP_HUE_SHIFT:
      g_value_set_double(value, self->settings.hue_shift);
      break;
    case PROP_STRENGTH:
      g_value_set_double(value, self->settings.strength);
      break;
    case PROP_INFERENCE_SIZE:
      g_value_set_int(value, self->settings.inference_size);
      break;
    case PROP_INFERENCE_INTERVAL:
      g_value_set_int(value, self->settings.inference_interval);
      break;
    case PROP_STABILITY:
      g_value_set_double(value, self->settings.stability);
      break;
    case PROP_SCENE_THRESHOLD:
      g_value_set_double(value, self->settings.scene_threshold);
      break;
    case PROP_POST_SCENE_CUTS:
      g_value_set_boolean(value, self->settings.report_cuts);
      break;
    case PROP_KEEP_COLOUR:
      g_value_set_boolean(value, self->settings.keep_colour);
      break;
    case PROP_MARK:
      g_value_set_boolean(value, self->mark);
      break;
    case PROP_ASYNC:
      g_value_set_boolean(value, self->settings.async);
      break;
    case PROP_STATS:
      g_value_take_boxed(value, gst_colorize_stats(self->stats, self->late));
      break;
    case PROP_POST_STATS:
      g_value_set_boolean(value, self->post_stats);
      break;
    case PROP_HINTS:
      g_value_set_string(value, self->hints);
      break;
    case PROP_REFERENCE:
      g_value_set_string(value, self->reference);
      break;
    case PROP_SHOW:
      g_value_set_enum(value, self->settings.show_confidence ? SHOW_CONFIDENCE : SHOW_COLOUR);
      break;
    case PROP_PASS:
      g_value_set_enum(value, self->pass);
      break;
    case PROP_PASS_FILE:
      g_value_set_string(value, self->pass_file);
      break;
    case PROP_WARMTH:
      g_value_set_double(value, self->settings.warmth);
      break;
    case PROP_TINT:
      g_value_set_double(value, self->settings.tint);
      break;
    case PROP_PALETTE:
      g_value_set_string(value, self->palette);
      break;
    case PROP_SKIN_GUARD:
      g_value_set_boolean(value, self->settings.skin_guard);
      break;
    case PROP_REGION:
      g_value_set_string(value, self->region);
      break;
    case PROP_EXCLUDE:
      g_value_set_string(value, self->exclude);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
      break;
  }
  GST_OBJECT_UNLOCK(self);
}

void gst_colorize_install_properties(GObjectClass* object_class) {
  const colorize::Settings defaults;
  const auto always = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto ready = static_cast<GParamFlags>(always | GST_PARAM_MUTABLE_READY);
  const auto playing = static_cast<GParamFlags>(always | GST_PARAM_MUTABLE_PLAYING);
  const auto controllable = static_cast<GParamFlags>(playing | GST_PARAM_CONTROLLABLE);
  g_object_class_install_property(
      object_class, PROP_MODEL,
      g_param_spec_string(
          "model", "Model",
          "The network: the name of one that is compiled in or installed, or the path of an .onnx file that "
          "has its .modelinfo beside it",
          colorize::default_model, ready));
  g_object_class_install_property(
      object_class, PROP_ENGINE,
      g_param_spec_enum("engine", "Engine", "The library that runs the network", GST_TYPE_COLORIZE_ENGINE,
                        static_cast<gint>(colorize::Engine::automatic), ready));
  gst_type_mark_as_plugin_api(GST_TYPE_COLORIZE_ENGINE, static_cast<GstPluginAPIFlags>(0));
  g_object_class_install_property(
      object_class, PROP_INFERENCE_THREADS,
      g_param_spec_int("inference-threads", "Inference threads",
                       "Threads that the network may use (0: as many as there are cores); with OpenCV they "
                       "are those of the whole process, and its first network decides",
                       0, most_inference_threads, 0, ready));
  g_object_class_install_property(
      object_class, PROP_SATURATION,
      g_param_spec_double(
          "saturation", "Saturation",
          "Factor by which the predicted chroma is multiplied (0: gray, 1: as predicted, 2: twice as vivid)", 0, 2,
          defaults.saturation, controllable));
  g_object_class_install_property(
      object_class, PROP_HUE_SHIFT,
      g_param_spec_double(
          "hue-shift", "Hue shift",
          "Angle in degrees by which every hue is turned in the a*b* plane, positive from red towards yellow", -180,
          180, defaults.hue_shift, controllable));
  g_object_class_install_property(
      object_class, PROP_STRENGTH,
      g_param_spec_double("strength", "Strength",
                          "Share of the new colour in the result (0: the frame is passed on untouched, 1: full colour)",
                          0, 1, defaults.strength, controllable));
  g_object_class_install_property(
      object_class, PROP_INFERENCE_SIZE,
      g_param_spec_int(
          "inference-size", "Inference size",
          "Long side in pixels of the picture that the network sees; larger is slower and not always better "
          "(0: the size that the network was made for)",
          0, 2048, defaults.inference_size, playing));
  g_object_class_install_property(
      object_class, PROP_INFERENCE_INTERVAL,
      g_param_spec_int(
          "inference-interval", "Inference interval",
          "Frames from one on which the network runs to the next; the colour of those between comes from memory, "
          "moved along the motion (1: the network runs on every frame)",
          1, 100, defaults.inference_interval, playing));
  g_object_class_install_property(
      object_class, PROP_STABILITY,
      g_param_spec_double(
          "stability", "Stability",
          "How firmly colours hold from frame to frame (0: each frame for itself, 1: as steady as it gets)", 0, 1,
          defaults.stability, controllable));
  g_object_class_install_property(
      object_class, PROP_SCENE_THRESHOLD,
      g_param_spec_double(
          "scene-threshold", "Scene threshold",
          "Share of the picture's usual structure that a frame must lose to be taken for a cut, at which "
          "colours are forgotten (0: at any great change, 1: never)",
          0, 1, defaults.scene_threshold, controllable));
  g_object_class_install_property(
      object_class, PROP_POST_SCENE_CUTS,
      g_param_spec_boolean(
          "post-scene-cuts", "Post scene cuts",
          "Post an element message colorize-scene-cut, with the running-time in nanoseconds, for each cut",
          defaults.report_cuts, playing));
  g_object_class_install_property(
      object_class, PROP_KEEP_COLOUR,
      g_param_spec_boolean("keep-colour", "Keep colour",
                           "Pass on shots that have colour of their own untouched; a tint or a cast is no colour",
                           defaults.keep_colour, controllable));
  g_object_class_install_property(
      object_class, PROP_MARK,
      g_param_spec_boolean(
          "mark", "Mark",
          "Say in the result that its colours are predicted, for people and machines (a comment among the "
          "stream's tags, of global scope, once, which muxers write)",
          default_mark, playing));
  g_object_class_install_property(
      object_class, PROP_ASYNC,
      g_param_spec_boolean(
          "async", "Async",
          "Let no frame wait for the network, which runs beside them on the newest: its colour moves along to where "
          "its things are by then. The result depends on how fast that is, so this is for live pictures",
          defaults.async, playing));
  g_object_class_install_property(
      object_class, PROP_STATS,
      g_param_spec_boxed(
          "stats", "Stats",
          "Counts since the start: frames, coloured ones in which predicted colours are, inferences, those skipped "
          "since frames were late, frames that downstream "
          "called late, cuts; colour-age, in frames and nanoseconds, since the frame that the newest inference is "
          "about (-1: none); milliseconds, mean and worst, to see, predict and paint",
          GST_TYPE_STRUCTURE, static_cast<GParamFlags>(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  g_object_class_install_property(
      object_class, PROP_POST_STATS,
      g_param_spec_boolean("post-stats", "Post stats", "Post the stats as an element message once a second",
                           default_post_stats, playing));
  g_object_class_install_property(
      object_class, PROP_HINTS,
      g_param_spec_string(
          "hints", "Hints",
          "What colour places have: lines that are each a JSON object of x, y, colour, time, radius and "
          "kind, or the name of a file of them; each moves with its thing to the end of its shot",
          NULL, playing));
  g_object_class_install_property(
      object_class, PROP_WARMTH,
      g_param_spec_double("warmth", "Warmth",
                          "Added to b* where no hint holds: the whole scene becomes bluer, below 0, or more yellow",
                          -50, 50, defaults.warmth, controllable));
  g_object_class_install_property(
      object_class, PROP_TINT,
      g_param_spec_double("tint", "Tint",
                          "Added to a* where no hint holds: the whole scene becomes greener, below 0, or more purple",
                          -50, 50, defaults.tint, controllable));
  g_object_class_install_property(
      object_class, PROP_PALETTE,
      g_param_spec_string(
          "palette", "Palette",
          "What colours are led to where no hint holds, with commas between: colours (#6b5b3a, with a strength "
          "#6b5b3a*0.8), hue maps (blue->#6b5b3a, 200..260->40), or a film stock: technicolor, kodachrome, agfacolor, "
          "faded-eastman",
          NULL, playing));
  g_object_class_install_property(
      object_class, PROP_SKIN_GUARD,
      g_param_spec_boolean("skin-guard", "Skin guard",
                           "Keep what the network sees as skin in the hues of human skin where no hint holds, whatever "
                           "palette, warmth and tint do, and hands as colourful as the faces that they touch",
                           defaults.skin_guard, controllable));
  g_object_class_install_property(
      object_class, PROP_REGION,
      g_param_spec_string(
          "region", "Region",
          "Where colour goes alone: lines that are each a rectangle (10%,10%,50%,20%: x, y, width, height), a JSON "
          "object of rectangle, polygon or mask, soft, time, end and moves, roi for what metas of regions of interest "
          "say (roi:TYPE), or the name of a file of them or of a picture as a mask",
          NULL, playing));
  g_object_class_install_property(
      object_class, PROP_EXCLUDE,
      g_param_spec_string("exclude", "Exclude",
                          "Where no colour goes, such as titles, in the same words: what lies there stays as it came",
                          NULL, playing));
  g_object_class_install_property(
      object_class, PROP_REFERENCE,
      g_param_spec_string(
          "reference", "Reference",
          "Whose colours the film takes where it shows the same: lines that are each a picture, a folder of them, or "
          "'own' or 'none', whether what it showed earlier counts; the name of a picture that is of a moment of the "
          "stream begins with it, 12.5s.png or 00-01-02.5.png",
          default_reference, playing));
  g_object_class_install_property(
      object_class, PROP_SHOW,
      g_param_spec_enum("show", "Show",
                        "What the picture shows: its colour, or where references and hints say that (green), and "
                        "where the network guesses it (gray)",
                        GST_TYPE_COLORIZE_SHOW, SHOW_COLOUR, playing));
  gst_type_mark_as_plugin_api(GST_TYPE_COLORIZE_SHOW, static_cast<GstPluginAPIFlags>(0));
  g_object_class_install_property(
      object_class, PROP_PASS,
      g_param_spec_enum("pass", "Pass",
                        "With two passes through a film things have one colour from their first frame in a shot on, by "
                        "all that the shot shows of them",
                        GST_TYPE_COLORIZE_PASS, PASS_SINGLE, ready));
  gst_type_mark_as_plugin_api(GST_TYPE_COLORIZE_PASS, static_cast<GstPluginAPIFlags>(0));
  g_object_class_install_property(
      object_class, PROP_PASS_FILE,
      g_param_spec_string("pass-file", "Pass file",
                          "What the first pass writes and the second one reads, 60 to 150 KB for each frame", NULL,
                          ready));
}
