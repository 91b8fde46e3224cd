// SPDX-License-Identifier: LGPL-2.1-or-later

/**
 * SECTION:element-colorize
 * @title: colorize
 *
 * Gives monochrome video its colour: predicts a*b* from the lightness of each frame with a network and writes them
 * beside the luma, which stays as it is. Works on the frame in place, without a GPU.
 *
 * ## Example launch lines
 * |[
 * gst-launch-1.0 filesrc location=film.mp4 ! decodebin ! videoconvert ! colorize ! videoconvert ! autovideosink
 * ]| Shows a monochrome film in colour.
 * |[
 * gst-launch-1.0 filesrc location=gray.jpg ! jpegdec ! videoconvert ! colorize saturation=1.2 ! videoconvert ! jpegenc
 * ! filesink location=colour.jpg
 * ]| Colorizes a photograph, a little more vividly.
 * |[
 * gst-launch-1.0 v4l2src ! videoconvert ! colorize ! autovideosink
 * ]| Shows a camera's picture in colour.
 */

#include "gstcolorize.h"

#include <gst/video/colorbalance.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>
#include <string>

#include "colorizer.h"
#include "error.h"
#include "firstpass.h"
#include "gstcolorizecaps.h"
#include "gstcolorizeframe.h"
#include "gstcolorizehints.h"
#include "gstcolorizemark.h"
#include "gstcolorizereference.h"
#include "gstcolorizeregions.h"
#include "gstcolorizestats.h"
#include "model.h"
#include "network.h"
#include "neutral.h"
#include "secondpass.h"
#include "settings.h"
#include "stats.h"
#include "worker.h"

GST_DEBUG_CATEGORY(colorize_debug);
#define GST_CAT_DEFAULT colorize_debug

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
/* All other defaults are those of colorize::Settings. */
static constexpr const gchar* default_reference = "own";
static constexpr gboolean default_mark = TRUE, default_post_stats = FALSE;

/* The two channels of GstColorBalance, whose values are -1000..1000. */
enum { CHANNEL_HUE, CHANNEL_SATURATION, N_CHANNELS };
static const gchar* const channel_labels[N_CHANNELS] = {"HUE", "SATURATION"};

struct _GstColorize {
  GstVideoFilter parent;

  /* Under the object lock. */
  gchar* model;
  /* As they were given; in the settings as they were understood. */
  gchar *hints, *palette, *region, *exclude, *reference;
  gchar* pass_file;
  gint pass;
  colorize::Engine engine;
  gint inference_threads;
  colorize::Settings settings;
  gboolean mark;
  gboolean post_stats;
  colorize::Stats stats;
  gboolean plays, takes_hints; /* from start to stop; whether the network does */

  /* Under the object lock, what downstream said last: how late a frame was, by how much too slow everything is, and how
   * many were late; and the running time of the newest frame that the network was asked about. */
  GstClockTimeDiff jitter;
  gdouble proportion;
  guint64 late;
  GstClockTime predicted;

  GstColorBalanceChannel* channels[N_CHANNELS];
  GList* channel_list;

  /* Of the streaming thread: the network and who asks it beside the frames from start to stop, as the passes, the
   * colorizer while negotiated, whether downstream knows that the stream's colours are predicted, and when the stats
   * were posted. */
  std::unique_ptr<colorize::Network> network;
  std::unique_ptr<colorize::Worker> worker;
  std::unique_ptr<colorize::Colorizer> colorizer;
  std::unique_ptr<colorize::FirstPass> first_pass;
  std::unique_ptr<colorize::SecondPass> second_pass;
  gboolean marked;
  gint64 stats_posted;

  /* Set by events from any thread: the next frame does not follow the last one, or frames were lost before it. */
  gint forget, miss;
};

static void gst_colorize_color_balance_init(GstColorBalanceInterface* iface);

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

enum { PASS_SINGLE, PASS_FIRST, PASS_SECOND };
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

G_DEFINE_FINAL_TYPE_WITH_CODE(GstColorize, gst_colorize, GST_TYPE_VIDEO_FILTER,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_COLOR_BALANCE, gst_colorize_color_balance_init)
                                  G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, NULL))
GST_ELEMENT_REGISTER_DEFINE(colorize, "colorize", GST_RANK_NONE, GST_TYPE_COLORIZE)

/* Calls into the engine, whose exceptions end here, as element errors. To be called without the object lock. Returns
 * FALSE where there was one. */
template <typename Act>
static gboolean gst_colorize_try(GstColorize* self, const Act& act) {
  try {
    act();
    return TRUE;
  } catch (const colorize::Error& error) {
    switch (error.kind) {
      case colorize::Error::Kind::not_found:
        GST_ELEMENT_ERROR(self, RESOURCE, NOT_FOUND, ("%s", error.what()), (NULL));
        break;
      case colorize::Error::Kind::settings:
        GST_ELEMENT_ERROR(self, RESOURCE, SETTINGS, ("%s", error.what()), (NULL));
        break;
      case colorize::Error::Kind::network:
        GST_ELEMENT_ERROR(self, LIBRARY, INIT, ("%s", error.what()), (NULL));
        break;
    }
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(self, LIBRARY, FAILED, ("Colorizing failed: %s", error.what()), (NULL));
  }
  return FALSE;
}

static colorize::Settings gst_colorize_settings(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  const colorize::Settings settings = self->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
}

/* Color balance */

static gint gst_colorize_channel_value(const colorize::Settings& settings, int channel) {
  return static_cast<gint>(
      std::lround(channel == CHANNEL_HUE ? settings.hue_shift * 1000 / 180 : settings.saturation * 1000 - 1000));
}

static const GList* gst_colorize_list_channels(GstColorBalance* balance) { return GST_COLORIZE(balance)->channel_list; }

static gint gst_colorize_get_value(GstColorBalance* balance, GstColorBalanceChannel* channel) {
  GstColorize* self = GST_COLORIZE(balance);
  return gst_colorize_channel_value(gst_colorize_settings(self),
                                    channel == self->channels[CHANNEL_HUE] ? CHANNEL_HUE : CHANNEL_SATURATION);
}

static void gst_colorize_set_value(GstColorBalance* balance, GstColorBalanceChannel* channel, gint value) {
  value = CLAMP(value, -1000, 1000);
  if (channel == GST_COLORIZE(balance)->channels[CHANNEL_HUE])
    g_object_set(balance, "hue-shift", value * 180.0 / 1000, NULL);
  else
    g_object_set(balance, "saturation", (value + 1000) / 1000.0, NULL);
}

static GstColorBalanceType gst_colorize_get_balance_type(GstColorBalance*) { return GST_COLOR_BALANCE_SOFTWARE; }

static void gst_colorize_color_balance_init(GstColorBalanceInterface* iface) {
  iface->list_channels = GST_DEBUG_FUNCPTR(gst_colorize_list_channels);
  iface->set_value = GST_DEBUG_FUNCPTR(gst_colorize_set_value);
  iface->get_value = GST_DEBUG_FUNCPTR(gst_colorize_get_value);
  iface->get_balance_type = GST_DEBUG_FUNCPTR(gst_colorize_get_balance_type);
}

/* Hints */

/* Throws where there are hints that this network has no place for; a neutral place needs no word to it. */
static void gst_colorize_expect_hints(gboolean takes_hints, const colorize::PlacedHints& hints) {
  const auto is_colour = [](const colorize::PlacedHint& hint) {
    return hint.kind == colorize::PlacedHint::Kind::colour;
  };
  if (!takes_hints && hints && std::ranges::any_of(*hints, is_colour))
    throw colorize::Error(colorize::Error::Kind::settings, "this network takes no hints; use another model, or none");
}

/* While it plays, hints that cannot be read are a warning and change nothing; the chain must not stop for them. Before,
 * they are an error when it starts. */
static void gst_colorize_take_hints(GstColorize* self, const gchar* text) {
  GST_OBJECT_LOCK(self);
  const gboolean plays = self->plays, takes_hints = self->takes_hints;
  GST_OBJECT_UNLOCK(self);
  colorize::PlacedHints hints;
  std::string problem;
  try {
    if (text) hints = gst_colorize_parse_hints(text);
    if (plays) gst_colorize_expect_hints(takes_hints, hints);
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (problem.empty() || !plays) {
    GST_OBJECT_LOCK(self);
    g_free(self->hints);
    self->hints = g_strdup(text);
    self->settings.hints.swap(hints); /* the last ones go without the lock */
    GST_OBJECT_UNLOCK(self);
  } else {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; the hints stay as they were", problem.c_str()), (NULL));
  }
}

/* Whether `event` says hints, which are taken then. */
static gboolean gst_colorize_hints_event(GstColorize* self, GstEvent* event) {
  if (!gst_event_has_name(event, "colorize-hints")) return FALSE;
  const gchar* text = gst_structure_get_string(gst_event_get_structure(event), "hints");
  if (text)
    g_object_set(self, "hints", text, NULL);
  else
    GST_WARNING_OBJECT(self, "An event colorize-hints without a text \"hints\"");
  return TRUE;
}

/* Other texts */

/* Takes what a text property says, which `parse` understands; like hints, what it does not is a warning while it plays
 * and an error when it starts. */
template <typename Understood, typename Parse>
static void gst_colorize_take_text(GstColorize* self, const gchar* text, gchar** kept, Understood* understood,
                                   const Parse& parse) {
  GST_OBJECT_LOCK(self);
  const gboolean plays = self->plays;
  GST_OBJECT_UNLOCK(self);
  Understood now;
  std::string problem;
  try {
    now = parse(text ? text : "");
  } catch (const std::exception& error) {
    problem = error.what();
  }
  if (problem.empty() || !plays) {
    GST_OBJECT_LOCK(self);
    g_free(*kept);
    *kept = g_strdup(text);
    std::swap(*understood, now); /* the last one goes without the lock */
    GST_OBJECT_UNLOCK(self);
  } else {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; it stays as it was", problem.c_str()), (NULL));
  }
}

static colorize::SharedPalette gst_colorize_parse_palette(const std::string& text) {
  if (text.empty()) return {};
  return std::make_shared<const colorize::Palette>(colorize::Palette::parse(text));
}

/* Reference */

/* While it plays, what cannot be read is a warning and changes nothing. Before, nothing is read: that comes when it
 * starts, and is an error then. */
static void gst_colorize_take_reference(GstColorize* self, const gchar* text) {
  GST_OBJECT_LOCK(self);
  const gboolean plays = self->plays;
  GST_OBJECT_UNLOCK(self);
  GstColorizeReference read;
  try {
    if (plays) read = gst_colorize_read_reference(text ? text : "");
  } catch (const std::exception& error) {
    GST_ELEMENT_WARNING(self, RESOURCE, SETTINGS, ("%s; the reference stays as it was", error.what()), (NULL));
    return;
  }
  GST_OBJECT_LOCK(self);
  g_free(self->reference);
  self->reference = g_strdup(text);
  self->settings.references.swap(read.pictures); /* the last ones go without the lock */
  self->settings.own_reference = read.own;
  GST_OBJECT_UNLOCK(self);
}

/* Properties */

static void gst_colorize_set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
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
      gst_colorize_take_text(self, g_value_get_string(value), &self->palette, &self->settings.palette,
                             gst_colorize_parse_palette);
      GST_OBJECT_LOCK(self);
      break;
    case PROP_SKIN_GUARD:
      self->settings.skin_guard = g_value_get_boolean(value);
      break;
    case PROP_REGION:
    case PROP_EXCLUDE: {
      const bool inside = id == PROP_REGION;
      GST_OBJECT_UNLOCK(self);
      gst_colorize_take_text(self, g_value_get_string(value), inside ? &self->region : &self->exclude,
                             inside ? &self->settings.region : &self->settings.exclude,
                             [&](const std::string& text) { return gst_colorize_parse_regions(text, spec->name); });
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

static void gst_colorize_get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
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

/* Caps */

static GstCaps* gst_colorize_fixate_caps(GstBaseTransform* trans, GstPadDirection direction, GstCaps* caps,
                                         GstCaps* others) {
  others = GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->fixate_caps(trans, direction, caps, others);
  if (direction == GST_PAD_SINK) gst_colorize_keep_range(caps, others);
  return others;
}

static gboolean gst_colorize_set_info(GstVideoFilter* filter, GstCaps* in_caps, GstVideoInfo* in, GstCaps* out_caps,
                                      GstVideoInfo* out) {
  GstColorize* self = GST_COLORIZE(filter);
  gst_colorize_complete_info(in_caps, in);
  gst_colorize_complete_info(out_caps, out);
  const gboolean in_place = gst_caps_is_equal(in_caps, out_caps);
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(filter), in_place);
  GST_INFO_OBJECT(self, "%" GST_PTR_FORMAT ", %s", static_cast<const void*>(out_caps),
                  in_place ? "in place" : "made of gray");
  if (GST_VIDEO_INFO_IS_YUV(out) && out->colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN)
    GST_INFO_OBJECT(self, "The caps name no matrix; BT.601's is taken");
  return gst_colorize_try(self, [&] {
    const colorize::Frame like = gst_colorize_frame_like(out);
    self->colorizer = std::make_unique<colorize::Colorizer>(*self->network, like, self->worker.get());
    const auto size = self->network->input_size({like.width, like.height}, gst_colorize_settings(self).inference_size);
    GST_INFO_OBJECT(self, "The network sees %dx%d of %dx%d", size.width, size.height, like.width, like.height);
  });
}

/* Frames */

/* Is it sure that frames will get colour, and is that to be told? */
static gboolean gst_colorize_is_certain(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  const colorize::Settings& settings = self->settings;
  const gboolean certain =
      self->mark && self->pass != PASS_FIRST && settings.strength * settings.saturation > 0 && !settings.keep_colour;
  GST_OBJECT_UNLOCK(self);
  return certain;
}

/* What downstream said of other frames does not count any more. */
static void gst_colorize_forget_quality(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  self->jitter = 0;
  self->predicted = GST_CLOCK_TIME_NONE;
  GST_OBJECT_UNLOCK(self);
}

static gboolean gst_colorize_sink_event(GstBaseTransform* trans, GstEvent* event) {
  GstColorize* self = GST_COLORIZE(trans);
  if (gst_colorize_hints_event(self, event)) {
    gst_event_unref(event);
    return TRUE;
  }
  if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) self->marked = FALSE;
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS && self->first_pass &&
      !gst_colorize_try(self, [&] { self->first_pass->finish(); })) {
    gst_event_unref(event);
    return FALSE;
  }
  if (GST_EVENT_TYPE(event) == GST_EVENT_TAG && (self->marked || gst_colorize_is_certain(self)))
    event = gst_colorize_mark_event(GST_BASE_TRANSFORM_SRC_PAD(trans), event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT || GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP ||
      gst_video_event_is_force_key_unit(event)) /* this is how scenechange tells of a cut */
    g_atomic_int_set(&self->forget, TRUE);
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT || GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP)
    gst_colorize_forget_quality(self);
  return GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->sink_event(trans, event);
}

/* Hears what downstream says of a frame. Where that is late and the network had work with it or with one after it,
 * there is something to give up before frames are: then returns TRUE, and neither the base class, which would drop
 * frames, nor upstream is to hear of it. */
static gboolean gst_colorize_gives_up_quality(GstColorize* self, GstEvent* event) {
  GstQOSType type;
  gdouble proportion;
  GstClockTimeDiff jitter;
  GstClockTime time;
  gst_event_parse_qos(event, &type, &proportion, &jitter, &time);
  const gboolean said_late = jitter > 0 && type != GST_QOS_TYPE_THROTTLE;
  const gboolean late = said_late && gst_base_transform_is_qos_enabled(GST_BASE_TRANSFORM(self));
  GST_OBJECT_LOCK(self);
  self->jitter = late ? jitter : 0;
  self->proportion = proportion;
  self->late += said_late;
  const gboolean gives_up =
      late && !self->settings.async && GST_CLOCK_TIME_IS_VALID(self->predicted) && time <= self->predicted;
  GST_OBJECT_UNLOCK(self);
  return gives_up;
}

static gboolean gst_colorize_src_event(GstBaseTransform* trans, GstEvent* event) {
  if (gst_colorize_hints_event(GST_COLORIZE(trans), event) ||
      (GST_EVENT_TYPE(event) == GST_EVENT_QOS && gst_colorize_gives_up_quality(GST_COLORIZE(trans), event))) {
    gst_event_unref(event);
    return TRUE;
  }
  if (gst_video_event_is_force_key_unit(event)) g_atomic_int_set(&GST_COLORIZE(trans)->miss, TRUE);
  return GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->src_event(trans, event);
}

static GstClockTime gst_colorize_running_time(GstColorize* self, GstBuffer* buffer) {
  const GstSegment* segment = &GST_BASE_TRANSFORM(self)->segment;
  return segment->format == GST_FORMAT_TIME
             ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
             : GST_CLOCK_TIME_NONE;
}

/* In seconds; negative where the stream tells none. */
static gdouble gst_colorize_stream_seconds(GstColorize* self, GstBuffer* buffer) {
  const GstSegment* segment = &GST_BASE_TRANSFORM(self)->segment;
  const GstClockTime time = segment->format == GST_FORMAT_TIME
                                ? gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
                                : GST_CLOCK_TIME_NONE;
  return GST_CLOCK_TIME_IS_VALID(time) ? static_cast<gdouble>(time) / GST_SECOND : -1;
}

static void gst_colorize_post(GstColorize* self, GstStructure* structure) {
  gst_element_post_message(GST_ELEMENT(self), gst_message_new_element(GST_OBJECT(self), structure));
}

/* Tells that the colour of a frame is an older one, so that the frame need not be dropped. */
static void gst_colorize_post_qos(GstColorize* self, GstBuffer* buffer) {
  constexpr gint quality = 500000; /* of 1000000 */
  const GstClockTime time = GST_BUFFER_PTS(buffer), running_time = gst_colorize_running_time(self, buffer);
  const GstClockTime stream_time =
      gst_segment_to_stream_time(&GST_BASE_TRANSFORM(self)->segment, GST_FORMAT_TIME, time);
  GST_OBJECT_LOCK(self);
  const GstClockTimeDiff jitter = self->jitter;
  const gdouble proportion = self->proportion;
  const guint64 frames = self->stats.frames;
  GST_OBJECT_UNLOCK(self);
  GstMessage* message =
      gst_message_new_qos(GST_OBJECT(self), FALSE, running_time, stream_time, time, GST_BUFFER_DURATION(buffer));
  gst_message_set_qos_values(message, jitter, proportion, quality);
  gst_message_set_qos_stats(message, GST_FORMAT_BUFFERS, frames, static_cast<guint64>(-1)); /* the base class counts */
  gst_element_post_message(GST_ELEMENT(self), message);
}

/* Once a second of the clock on the wall, with the frames. */
static void gst_colorize_post_stats(GstColorize* self) {
  const gint64 now = g_get_monotonic_time();
  GST_OBJECT_LOCK(self);
  GstStructure* stats = self->post_stats && now - self->stats_posted >= G_USEC_PER_SEC
                            ? gst_colorize_stats(self->stats, self->late)
                            : NULL;
  GST_OBJECT_UNLOCK(self);
  if (!stats) return;
  self->stats_posted = now;
  gst_colorize_post(self, stats);
}

/* Before the first frame that it is true of, so that it is in what muxers write at the beginning of a file. */
static void gst_colorize_tell(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  const gboolean mark = self->mark && !self->marked;
  GST_OBJECT_UNLOCK(self);
  if (!mark) return;
  self->marked = TRUE;
  gst_colorize_mark(GST_BASE_TRANSFORM_SRC_PAD(self));
}

static void gst_colorize_before_transform(GstBaseTransform* trans, GstBuffer* buffer) {
  if (trans->segment.format == GST_FORMAT_TIME) { /* what appsrc sends need not be */
    const GstClockTime time = gst_segment_to_stream_time(&trans->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
    if (GST_CLOCK_TIME_IS_VALID(time)) gst_object_sync_values(GST_OBJECT(trans), time);
  }

  /* a first pass has to see every frame */
  const gboolean off = !GST_COLORIZE(trans)->first_pass && gst_colorize_settings(GST_COLORIZE(trans)).strength == 0;
  if (off || GST_BUFFER_IS_DISCONT(buffer)) g_atomic_int_set(&GST_COLORIZE(trans)->miss, TRUE);

  /* A strength that a controller moves away from 0 and back must not cost a negotiation each time, so the mode follows
   * the value here, and only where it can: gray input needs the conversion. */
  const gboolean untouched = off && gst_base_transform_is_in_place(trans);
  if (untouched != gst_base_transform_is_passthrough(trans)) {
    GST_DEBUG_OBJECT(trans, untouched ? "Passes frames on untouched" : "Touches frames again");
    gst_base_transform_set_passthrough(trans, untouched);
  }
}

static void gst_colorize_look(GstColorize* self, GstVideoFrame* frame) {
  const gboolean forget = g_atomic_int_compare_and_exchange(&self->forget, TRUE, FALSE);
  const gboolean miss = g_atomic_int_compare_and_exchange(&self->miss, TRUE, FALSE);
  if (forget || miss) self->first_pass->forget();
  const auto time = static_cast<gint64>(gst_colorize_running_time(self, frame->buffer));
  const colorize::Processed processed =
      self->colorizer->look(gst_colorize_frame(frame), gst_colorize_settings(self), time, *self->first_pass);
  GST_OBJECT_LOCK(self);
  self->stats.add(processed);
  GST_OBJECT_UNLOCK(self);
  gst_colorize_post_stats(self);
}

static void gst_colorize_process(GstColorize* self, GstVideoFrame* frame) {
  if (self->first_pass) {
    gst_colorize_look(self, frame);
    return;
  }
  GST_OBJECT_LOCK(self);
  colorize::Settings settings = self->settings;
  settings.late = self->jitter > 0;
  GST_OBJECT_UNLOCK(self);
  if (settings.strength == 0) return;
  settings.region = gst_colorize_fill_regions(settings.region, frame->buffer);
  settings.exclude = gst_colorize_fill_regions(settings.exclude, frame->buffer);
  if (g_atomic_int_compare_and_exchange(&self->forget, TRUE, FALSE)) {
    GST_DEBUG_OBJECT(self, "Forgets the frames before %" GST_PTR_FORMAT, static_cast<void*>(frame->buffer));
    self->colorizer->forget();
  }
  if (g_atomic_int_compare_and_exchange(&self->miss, TRUE, FALSE)) self->colorizer->miss();
  const GstClockTime time = gst_colorize_running_time(self, frame->buffer);
  const colorize::Ab* settled = NULL;
  if (self->second_pass) { /* what makes one pass steady and quick has nothing left to do */
    settled = &self->second_pass->find(static_cast<gint64>(time));
    settings.stability = 0;
    settings.inference_interval = 1;
    settings.async = settings.late = false;
  }
  colorize::Processed processed =
      self->colorizer->process(gst_colorize_frame(frame), settings, static_cast<gint64>(time),
                               gst_colorize_stream_seconds(self, frame->buffer), settled);
  if (settled) processed.cut = self->second_pass->cut();
  GST_OBJECT_LOCK(self);
  self->stats.add(processed);
  if (processed.predicted && !settings.async && !settled) self->predicted = time;
  GST_OBJECT_UNLOCK(self);
  if (processed.cut) GST_INFO_OBJECT(self, "A cut at %" GST_PTR_FORMAT, static_cast<void*>(frame->buffer));
  if (processed.cut && settings.report_cuts)
    gst_colorize_post(self, gst_structure_new("colorize-scene-cut", "running-time", G_TYPE_UINT64, time, NULL));
  if (processed.skipped) gst_colorize_post_qos(self, frame->buffer);
  if (processed.coloured) gst_colorize_tell(self);
  gst_colorize_post_stats(self);
}

static GstFlowReturn gst_colorize_transform_frame_ip(GstVideoFilter* filter, GstVideoFrame* frame) {
  GstColorize* self = GST_COLORIZE(filter);
  return gst_colorize_try(self, [&] { gst_colorize_process(self, frame); }) ? GST_FLOW_OK : GST_FLOW_ERROR;
}

static GstFlowReturn gst_colorize_transform_frame(GstVideoFilter* filter, GstVideoFrame* in, GstVideoFrame* out) {
  GstColorize* self = GST_COLORIZE(filter);
  const gboolean done = gst_colorize_try(self, [&] {
    colorize::write_neutral(gst_colorize_frame(in), gst_colorize_frame(out));
    gst_colorize_process(self, out);
  });
  return done ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* The picture changes neither size nor place, so whatever a meta says of those stays true in a new buffer. */
static gboolean gst_colorize_transform_meta(GstBaseTransform* trans, GstBuffer* out, GstMeta* meta, GstBuffer* in) {
  static const gchar* const kept[] = {GST_META_TAG_VIDEO_STR, GST_META_TAG_VIDEO_ORIENTATION_STR,
                                      GST_META_TAG_VIDEO_SIZE_STR, GST_META_TAG_VIDEO_COLORSPACE_STR, NULL};
  const gchar* const* tag = gst_meta_api_type_get_tags(meta->info->api);
  while (tag && *tag && g_strv_contains(kept, *tag)) ++tag;
  if (tag && !*tag) return TRUE;
  return GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->transform_meta(trans, out, meta, in);
}

/* States */

static gboolean gst_colorize_stop(GstBaseTransform* trans) {
  GstColorize* self = GST_COLORIZE(trans);
  GST_OBJECT_LOCK(self);
  self->plays = FALSE;
  GST_OBJECT_UNLOCK(self);
  self->colorizer.reset();
  self->first_pass.reset();
  self->second_pass.reset();
  self->worker.reset(); /* waits for what it asks the network just now */
  self->network.reset();
  self->marked = FALSE;
  return TRUE;
}

static gboolean gst_colorize_start(GstBaseTransform* trans) {
  GstColorize* self = GST_COLORIZE(trans);
  GST_OBJECT_LOCK(self);
  const std::string model = self->model ? self->model : "";
  const std::string hints = self->hints ? self->hints : "", palette = self->palette ? self->palette : "";
  const std::string region = self->region ? self->region : "", exclude = self->exclude ? self->exclude : "";
  const std::string reference = self->reference ? self->reference : "";
  const std::string pass_file = self->pass_file ? self->pass_file : "";
  const gint pass = self->pass;
  const colorize::Engine engine = self->engine;
  const gint threads = self->inference_threads;
  const colorize::Settings settings = self->settings;
  GST_OBJECT_UNLOCK(self);
  /* Once more, since what could not be read when it was set is an error here, and files may be there by now. */
  colorize::Settings read;
  const gboolean started = gst_colorize_try(self, [&] {
    read.hints = gst_colorize_parse_hints(hints);
    read.palette = gst_colorize_parse_palette(palette);
    read.region = gst_colorize_parse_regions(region, "region");
    read.exclude = gst_colorize_parse_regions(exclude, "exclude");
    const GstColorizeReference pictures = gst_colorize_read_reference(reference);
    read.references = pictures.pictures;
    read.own_reference = pictures.own;
    self->network =
        std::make_unique<colorize::Network>(colorize::Network::shared(colorize::find_model(model), engine, threads));
    self->worker = std::make_unique<colorize::Worker>(
        [network = *self->network](const cv::Mat& lightness, const colorize::Hints& hints, colorize::Ab& ab) mutable {
          network.predict(lightness, ab, hints);
        });
    gst_colorize_expect_hints(self->network->takes_hints(), read.hints);
    if (pass != PASS_SINGLE && pass_file.empty())
      throw colorize::Error(colorize::Error::Kind::settings, "two passes need a pass-file; name the same to both");
    if (pass == PASS_FIRST) self->first_pass = std::make_unique<colorize::FirstPass>(pass_file);
    if (pass == PASS_SECOND) self->second_pass = std::make_unique<colorize::SecondPass>(pass_file);
    self->network->input_size({16, 9}, settings.inference_size); /* refuses here a size that it does not take */
    GST_INFO_OBJECT(self, "Model %s, run by %s, threads: %d", model.c_str(), self->network->library().c_str(),
                    self->network->threads());
    if (threads > 0 && self->network->threads() != threads)
      GST_WARNING_OBJECT(self, "Of OpenCV's threads there are %d in this process, as its first network had it",
                         self->network->threads());
  });
  if (!started) gst_colorize_stop(trans);
  GST_OBJECT_LOCK(self);
  self->stats = colorize::Stats();
  self->plays = started;
  self->takes_hints = started && self->network->takes_hints();
  if (started) {
    self->settings.hints = read.hints;
    self->settings.palette = read.palette;
    self->settings.region = read.region;
    self->settings.exclude = read.exclude;
    self->settings.references = read.references;
    self->settings.own_reference = read.own_reference;
    self->stats.library = self->network->library();
    self->stats.threads = self->network->threads();
  }
  self->late = 0;
  GST_OBJECT_UNLOCK(self);
  gst_colorize_forget_quality(self);
  self->stats_posted = g_get_monotonic_time();
  return started;
}

static void gst_colorize_finalize(GObject* object) {
  GstColorize* self = GST_COLORIZE(object);
  g_free(self->model);
  g_free(self->hints);
  g_free(self->palette);
  g_free(self->region);
  g_free(self->exclude);
  g_free(self->reference);
  g_free(self->pass_file);
  g_list_free_full(self->channel_list, g_object_unref);
  self->colorizer.~unique_ptr();
  self->first_pass.~unique_ptr();
  self->second_pass.~unique_ptr();
  self->worker.~unique_ptr();
  self->network.~unique_ptr();
  self->stats.~Stats();
  self->settings.~Settings();
  G_OBJECT_CLASS(gst_colorize_parent_class)->finalize(object);
}

static void gst_colorize_class_init(GstColorizeClass* klass) {
  GST_DEBUG_CATEGORY_INIT(colorize_debug, "colorize", 0, "colour for monochrome video");

  GObjectClass* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = GST_DEBUG_FUNCPTR(gst_colorize_set_property);
  object_class->get_property = GST_DEBUG_FUNCPTR(gst_colorize_get_property);
  object_class->finalize = GST_DEBUG_FUNCPTR(gst_colorize_finalize);

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

  GstElementClass* element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_set_static_metadata(element_class, "Video colorizer", "Filter/Effect/Video",
                                        "Gives monochrome video its colour with a neural network",
                                        "The colorize authors");
  gst_colorize_add_pad_templates(element_class);

  GstBaseTransformClass* transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  transform_class->start = GST_DEBUG_FUNCPTR(gst_colorize_start);
  transform_class->stop = GST_DEBUG_FUNCPTR(gst_colorize_stop);
  transform_class->transform_caps = GST_DEBUG_FUNCPTR(gst_colorize_transform_caps);
  transform_class->fixate_caps = GST_DEBUG_FUNCPTR(gst_colorize_fixate_caps);
  transform_class->sink_event = GST_DEBUG_FUNCPTR(gst_colorize_sink_event);
  transform_class->src_event = GST_DEBUG_FUNCPTR(gst_colorize_src_event);
  transform_class->before_transform = GST_DEBUG_FUNCPTR(gst_colorize_before_transform);
  transform_class->transform_meta = GST_DEBUG_FUNCPTR(gst_colorize_transform_meta);
  transform_class->transform_ip_on_passthrough = FALSE;

  GstVideoFilterClass* filter_class = GST_VIDEO_FILTER_CLASS(klass);
  filter_class->set_info = GST_DEBUG_FUNCPTR(gst_colorize_set_info);
  filter_class->transform_frame = GST_DEBUG_FUNCPTR(gst_colorize_transform_frame);
  filter_class->transform_frame_ip = GST_DEBUG_FUNCPTR(gst_colorize_transform_frame_ip);
}

static void gst_colorize_init(GstColorize* self) {
  /* GObject hands out zeroed memory and runs no constructors. */
  new (&self->network) std::unique_ptr<colorize::Network>();
  new (&self->worker) std::unique_ptr<colorize::Worker>();
  new (&self->colorizer) std::unique_ptr<colorize::Colorizer>();
  new (&self->first_pass) std::unique_ptr<colorize::FirstPass>();
  new (&self->second_pass) std::unique_ptr<colorize::SecondPass>();
  new (&self->stats) colorize::Stats();
  self->model = g_strdup(colorize::default_model);
  self->reference = g_strdup(default_reference);
  self->engine = colorize::Engine::automatic;
  new (&self->settings) colorize::Settings();
  self->mark = default_mark;
  self->post_stats = default_post_stats;
  for (int i = 0; i < N_CHANNELS; ++i) {
    self->channels[i] = GST_COLOR_BALANCE_CHANNEL(g_object_new(GST_TYPE_COLOR_BALANCE_CHANNEL, NULL));
    self->channels[i]->label = g_strdup(channel_labels[i]);
    self->channels[i]->min_value = -1000;
    self->channels[i]->max_value = 1000;
    self->channel_list = g_list_append(self->channel_list, self->channels[i]);
  }
}
