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

#include <cmath>
#include <memory>
#include <new>
#include <string>

#include "colorizer.h"
#include "error.h"
#include "gstcolorizeframe.h"
#include "gstcolorizemark.h"
#include "model.h"
#include "network.h"
#include "neutral.h"
#include "settings.h"

GST_DEBUG_CATEGORY_STATIC(colorize_debug);
#define GST_CAT_DEFAULT colorize_debug

#if G_BYTE_ORDER == G_LITTLE_ENDIAN
#define ENDIAN "LE"
#else
#define ENDIAN "BE"
#endif
#define FORMATS_8 "I420, YV12, NV12, Y42B, Y444, BGRx, RGBx, BGRA, RGBA, BGR, RGB"
#define FORMATS_10_12                                                                                           \
  "I420_10" ENDIAN ", P010_10" ENDIAN ", I422_10" ENDIAN ", Y444_10" ENDIAN ", I420_12" ENDIAN ", P012_" ENDIAN \
  ", I422_12" ENDIAN ", Y444_12" ENDIAN
#define FORMATS_16 "P016_" ENDIAN ", Y444_16" ENDIAN
#define COLOUR_FORMATS FORMATS_8 ", " FORMATS_10_12 ", " FORMATS_16 ", RGBA64_" ENDIAN

#define DEFAULT_PROP_SATURATION 1.0
#define DEFAULT_PROP_HUE_SHIFT 0.0
#define DEFAULT_PROP_STRENGTH 1.0
#define DEFAULT_PROP_INFERENCE_SIZE 0
#define DEFAULT_PROP_INFERENCE_INTERVAL 1
#define DEFAULT_PROP_STABILITY 0.65
#define DEFAULT_PROP_SCENE_THRESHOLD 0.45
#define DEFAULT_PROP_POST_SCENE_CUTS FALSE
#define DEFAULT_PROP_KEEP_COLOUR FALSE
#define DEFAULT_PROP_MARK TRUE

enum {
  PROP_0,
  PROP_MODEL,
  PROP_SATURATION,
  PROP_HUE_SHIFT,
  PROP_STRENGTH,
  PROP_INFERENCE_SIZE,
  PROP_INFERENCE_INTERVAL,
  PROP_STABILITY,
  PROP_SCENE_THRESHOLD,
  PROP_POST_SCENE_CUTS,
  PROP_KEEP_COLOUR,
  PROP_MARK
};

/* The two channels of GstColorBalance, whose values are -1000..1000. */
enum { CHANNEL_HUE, CHANNEL_SATURATION, N_CHANNELS };
static const gchar* const channel_labels[N_CHANNELS] = {"HUE", "SATURATION"};

struct _GstColorize {
  GstVideoFilter parent;

  /* Under the object lock. */
  gchar* model;
  colorize::Settings settings;
  gboolean mark;

  GstColorBalanceChannel* channels[N_CHANNELS];
  GList* channel_list;

  /* Of the streaming thread: the network from start to stop, the colorizer while negotiated, and whether downstream
   * knows that the stream's colours are predicted. */
  std::unique_ptr<colorize::Network> network;
  std::unique_ptr<colorize::Colorizer> colorizer;
  gboolean marked;

  /* Set by events from any thread: the next frame does not follow the last one. */
  gint forget;
};

static void gst_colorize_color_balance_init(GstColorBalanceInterface* iface);

G_DEFINE_FINAL_TYPE_WITH_CODE(GstColorize, gst_colorize, GST_TYPE_VIDEO_FILTER,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_COLOR_BALANCE, gst_colorize_color_balance_init))
GST_ELEMENT_REGISTER_DEFINE(colorize, "colorize", GST_RANK_NONE, GST_TYPE_COLORIZE)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                            GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("{ GRAY8, GRAY16_" ENDIAN ", " COLOUR_FORMATS " }")));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("{ " COLOUR_FORMATS " }")));

/* The one place where the engine's exceptions end. To be called in a handler, without the object lock. */
static void gst_colorize_post_exception(GstColorize* self) {
  try {
    throw;
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
  iface->list_channels = gst_colorize_list_channels;
  iface->set_value = gst_colorize_set_value;
  iface->get_value = gst_colorize_get_value;
  iface->get_balance_type = gst_colorize_get_balance_type;
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
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
      break;
  }
  GST_OBJECT_UNLOCK(self);
}

/* Caps */

/* Gray comes out in any colour format that holds its codes; a colour format comes out as it is. */
static const struct {
  const gchar *gray, *colour;
} gray_ways[] = {{"{ GRAY8 }", "{ " FORMATS_8 " }"}, {"{ GRAY16_" ENDIAN " }", "{ " FORMATS_16 " }"}};

/* Of the structures in `caps` that can have one of the formats `from`, with the formats `to` instead. */
static GstCaps* gst_colorize_reformat_caps(GstCaps* caps, const gchar* from, const gchar* to) {
  GValue before = G_VALUE_INIT, after = G_VALUE_INIT;
  g_value_init(&before, GST_TYPE_LIST);
  g_value_init(&after, GST_TYPE_LIST);
  gst_value_deserialize(&before, from);
  gst_value_deserialize(&after, to);
  GstCaps* result = gst_caps_new_empty();
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    const GstStructure* structure = gst_caps_get_structure(caps, i);
    const GValue* formats = gst_structure_get_value(structure, "format");
    /* Not gst_value_can_intersect(), which takes any two strings for alike. */
    if (formats && !gst_value_intersect(NULL, formats, &before)) continue;
    /* Matrix, range and siting of gray and of colour are different things. */
    GstStructure* other = gst_structure_copy(structure);
    gst_structure_remove_fields(other, "colorimetry", "chroma-site", NULL);
    gst_structure_set_value(other, "format", &after);
    gst_caps_append_structure_full(result, other, gst_caps_features_copy(gst_caps_get_features(caps, i)));
  }
  g_value_unset(&before);
  g_value_unset(&after);
  return result;
}

static GstCaps* gst_colorize_transform_caps(GstBaseTransform* trans, GstPadDirection direction, GstCaps* caps,
                                            GstCaps* filter) {
  GstCaps* templates = gst_pad_get_pad_template_caps(direction == GST_PAD_SINK ? GST_BASE_TRANSFORM_SRC_PAD(trans)
                                                                               : GST_BASE_TRANSFORM_SINK_PAD(trans));
  GstCaps* result = gst_caps_intersect_full(caps, templates, GST_CAPS_INTERSECT_FIRST);
  for (const auto& [gray, colour] : gray_ways) {
    GstCaps* others = direction == GST_PAD_SINK ? gst_colorize_reformat_caps(caps, gray, colour)
                                                : gst_colorize_reformat_caps(caps, colour, gray);
    result = gst_caps_merge(result, gst_caps_intersect_full(others, templates, GST_CAPS_INTERSECT_FIRST));
    gst_caps_unref(others);
  }
  gst_caps_unref(templates);

  if (filter) {
    GstCaps* filtered = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(result);
    result = filtered;
  }
  GST_DEBUG_OBJECT(trans, "%" GST_PTR_FORMAT " becomes %" GST_PTR_FORMAT, static_cast<void*>(caps),
                   static_cast<void*>(result));
  return result;
}

/* Gray becomes Y'CbCr of the same range where downstream leaves the choice, so that each luma byte stays what it is. */
static GstCaps* gst_colorize_fixate_caps(GstBaseTransform* trans, GstPadDirection direction, GstCaps* caps,
                                         GstCaps* others) {
  others = GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->fixate_caps(trans, direction, caps, others);
  GstStructure* structure = gst_caps_get_structure(others, 0);
  GstVideoInfo in, out;
  if (direction == GST_PAD_SINK && !gst_structure_has_field(structure, "colorimetry") &&
      gst_video_info_from_caps(&in, caps) && GST_VIDEO_INFO_IS_GRAY(&in) && gst_video_info_from_caps(&out, others) &&
      GST_VIDEO_INFO_IS_YUV(&out)) {
    out.colorimetry.range = in.colorimetry.range;
    gchar* colorimetry = gst_video_colorimetry_to_string(&out.colorimetry);
    gst_structure_set(structure, "colorimetry", G_TYPE_STRING, colorimetry, NULL);
    g_free(colorimetry);
  }
  return others;
}

/* GStreamer 1.22 forgets the chroma-site of caps that say no colorimetry. */
static void gst_colorize_read_chroma_site(const GstCaps* caps, GstVideoInfo* info) {
  const gchar* site = gst_structure_get_string(gst_caps_get_structure(caps, 0), "chroma-site");
  if (site) info->chroma_site = gst_video_chroma_site_from_string(site);
}

static gboolean gst_colorize_set_info(GstVideoFilter* filter, GstCaps* in_caps, GstVideoInfo* in, GstCaps* out_caps,
                                      GstVideoInfo* out) {
  GstColorize* self = GST_COLORIZE(filter);
  gst_colorize_read_chroma_site(in_caps, in);
  gst_colorize_read_chroma_site(out_caps, out);
  try {
    self->colorizer = std::make_unique<colorize::Colorizer>(*self->network, gst_colorize_frame_like(out));
  } catch (...) {
    gst_colorize_post_exception(self);
    return FALSE;
  }
  gst_base_transform_set_in_place(GST_BASE_TRANSFORM(filter), gst_caps_is_equal(in_caps, out_caps));
  return TRUE;
}

/* Frames */

/* Will the first frame get colour, and is that to be told? */
static gboolean gst_colorize_is_certain(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  const colorize::Settings& settings = self->settings;
  const gboolean certain = self->mark && settings.strength * settings.saturation > 0 && !settings.keep_colour;
  GST_OBJECT_UNLOCK(self);
  return certain;
}

static gboolean gst_colorize_sink_event(GstBaseTransform* trans, GstEvent* event) {
  GstColorize* self = GST_COLORIZE(trans);
  if (GST_EVENT_TYPE(event) == GST_EVENT_STREAM_START) self->marked = FALSE;
  if (GST_EVENT_TYPE(event) == GST_EVENT_TAG && (self->marked || gst_colorize_is_certain(self)))
    event = gst_colorize_mark_event(GST_BASE_TRANSFORM_SRC_PAD(trans), event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT || GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP ||
      gst_video_event_is_force_key_unit(event)) /* this is how scenechange tells of a cut */
    g_atomic_int_set(&self->forget, TRUE);
  return GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->sink_event(trans, event);
}

static gboolean gst_colorize_src_event(GstBaseTransform* trans, GstEvent* event) {
  if (gst_video_event_is_force_key_unit(event)) g_atomic_int_set(&GST_COLORIZE(trans)->forget, TRUE);
  return GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->src_event(trans, event);
}

static void gst_colorize_post_scene_cut(GstColorize* self, GstBuffer* buffer) {
  const GstSegment* segment = &GST_BASE_TRANSFORM(self)->segment;
  const GstClockTime time = segment->format == GST_FORMAT_TIME
                                ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
                                : GST_CLOCK_TIME_NONE;
  gst_element_post_message(
      GST_ELEMENT(self),
      gst_message_new_element(GST_OBJECT(self),
                              gst_structure_new("colorize-scene-cut", "running-time", G_TYPE_UINT64, time, NULL)));
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

  const gboolean off = gst_colorize_settings(GST_COLORIZE(trans)).strength == 0;
  if (off || GST_BUFFER_IS_DISCONT(buffer)) g_atomic_int_set(&GST_COLORIZE(trans)->forget, TRUE);

  /* A strength that a controller moves away from 0 and back must not cost a negotiation each time, so the mode follows
   * the value here, and only where it can: gray input needs the conversion. */
  const gboolean untouched = off && gst_base_transform_is_in_place(trans);
  if (untouched != gst_base_transform_is_passthrough(trans)) gst_base_transform_set_passthrough(trans, untouched);
}

static GstFlowReturn gst_colorize_transform_frame_ip(GstVideoFilter* filter, GstVideoFrame* frame) {
  GstColorize* self = GST_COLORIZE(filter);
  const colorize::Settings settings = gst_colorize_settings(self);
  if (settings.strength == 0) return GST_FLOW_OK;
  try {
    if (g_atomic_int_compare_and_exchange(&self->forget, TRUE, FALSE)) self->colorizer->forget();
    const colorize::Processed processed = self->colorizer->process(gst_colorize_frame(frame), settings);
    if (processed.cut && settings.report_cuts) gst_colorize_post_scene_cut(self, frame->buffer);
    if (processed.coloured) gst_colorize_tell(self);
  } catch (...) {
    gst_colorize_post_exception(self);
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

static GstFlowReturn gst_colorize_transform_frame(GstVideoFilter* filter, GstVideoFrame* in, GstVideoFrame* out) {
  colorize::write_neutral(gst_colorize_frame(in), gst_colorize_frame(out));
  return gst_colorize_transform_frame_ip(filter, out);
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

static gboolean gst_colorize_start(GstBaseTransform* trans) {
  GstColorize* self = GST_COLORIZE(trans);
  GST_OBJECT_LOCK(self);
  const std::string model = self->model ? self->model : "";
  const colorize::Settings settings = self->settings;
  GST_OBJECT_UNLOCK(self);
  try {
    self->network = std::make_unique<colorize::Network>(colorize::find_model(model));
    self->network->input_size({16, 9}, settings.inference_size);
  } catch (...) {
    self->network.reset();
    gst_colorize_post_exception(self);
    return FALSE;
  }
  return TRUE;
}

static gboolean gst_colorize_stop(GstBaseTransform* trans) {
  GstColorize* self = GST_COLORIZE(trans);
  self->colorizer.reset();
  self->network.reset();
  self->marked = FALSE;
  return TRUE;
}

static void gst_colorize_finalize(GObject* object) {
  GstColorize* self = GST_COLORIZE(object);
  g_free(self->model);
  g_list_free_full(self->channel_list, g_object_unref);
  self->colorizer.~unique_ptr();
  self->network.~unique_ptr();
  G_OBJECT_CLASS(gst_colorize_parent_class)->finalize(object);
}

static void gst_colorize_class_init(GstColorizeClass* klass) {
  GST_DEBUG_CATEGORY_INIT(colorize_debug, "colorize", 0, "colour for monochrome video");

  GObjectClass* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_colorize_set_property;
  object_class->get_property = gst_colorize_get_property;
  object_class->finalize = gst_colorize_finalize;

  const auto always = static_cast<GParamFlags>(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto playing = static_cast<GParamFlags>(always | GST_PARAM_MUTABLE_PLAYING);
  const auto controllable = static_cast<GParamFlags>(playing | GST_PARAM_CONTROLLABLE);
  g_object_class_install_property(
      object_class, PROP_MODEL,
      g_param_spec_string(
          "model", "Model",
          "The network: the name of one that is compiled in or installed, or the path of an .onnx file that "
          "has its .modelinfo beside it",
          colorize::default_model, static_cast<GParamFlags>(always | GST_PARAM_MUTABLE_READY)));
  g_object_class_install_property(
      object_class, PROP_SATURATION,
      g_param_spec_double(
          "saturation", "Saturation",
          "Factor by which the predicted chroma is multiplied (0: gray, 1: as predicted, 2: twice as vivid)", 0, 2,
          DEFAULT_PROP_SATURATION, controllable));
  g_object_class_install_property(
      object_class, PROP_HUE_SHIFT,
      g_param_spec_double(
          "hue-shift", "Hue shift",
          "Angle in degrees by which every hue is turned in the a*b* plane, positive from red towards yellow", -180,
          180, DEFAULT_PROP_HUE_SHIFT, controllable));
  g_object_class_install_property(
      object_class, PROP_STRENGTH,
      g_param_spec_double("strength", "Strength",
                          "Share of the new colour in the result (0: the frame is passed on untouched, 1: full colour)",
                          0, 1, DEFAULT_PROP_STRENGTH, controllable));
  g_object_class_install_property(
      object_class, PROP_INFERENCE_SIZE,
      g_param_spec_int(
          "inference-size", "Inference size",
          "Long side in pixels of the picture that the network sees; larger is slower and not always better "
          "(0: the size that the network was made for)",
          0, 2048, DEFAULT_PROP_INFERENCE_SIZE, playing));
  g_object_class_install_property(
      object_class, PROP_INFERENCE_INTERVAL,
      g_param_spec_int(
          "inference-interval", "Inference interval",
          "Frames from one on which the network runs to the next; the colour of those between comes from memory, "
          "moved along the motion (1: the network runs on every frame)",
          1, 100, DEFAULT_PROP_INFERENCE_INTERVAL, playing));
  g_object_class_install_property(
      object_class, PROP_STABILITY,
      g_param_spec_double(
          "stability", "Stability",
          "How firmly colours hold from frame to frame (0: each frame for itself, 1: as steady as it gets)", 0, 1,
          DEFAULT_PROP_STABILITY, controllable));
  g_object_class_install_property(
      object_class, PROP_SCENE_THRESHOLD,
      g_param_spec_double(
          "scene-threshold", "Scene threshold",
          "Share of the picture's usual structure that a frame must lose to be taken for a cut, at which "
          "colours are forgotten (0: at any great change, 1: never)",
          0, 1, DEFAULT_PROP_SCENE_THRESHOLD, controllable));
  g_object_class_install_property(
      object_class, PROP_POST_SCENE_CUTS,
      g_param_spec_boolean(
          "post-scene-cuts", "Post scene cuts",
          "Post an element message colorize-scene-cut, with the running-time in nanoseconds, for each cut",
          DEFAULT_PROP_POST_SCENE_CUTS, playing));
  g_object_class_install_property(
      object_class, PROP_KEEP_COLOUR,
      g_param_spec_boolean("keep-colour", "Keep colour",
                           "Pass on shots that have colour of their own untouched; a tint or a cast is no colour",
                           DEFAULT_PROP_KEEP_COLOUR, controllable));
  g_object_class_install_property(
      object_class, PROP_MARK,
      g_param_spec_boolean(
          "mark", "Mark",
          "Say in the result that its colours are predicted, for people and machines (a comment among the "
          "stream's tags, of global scope, once, which muxers write)",
          DEFAULT_PROP_MARK, playing));

  GstElementClass* element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_set_static_metadata(element_class, "Video colorizer", "Filter/Effect/Video",
                                        "Gives monochrome video its colour with a neural network",
                                        "The colorize authors");
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);

  GstBaseTransformClass* transform_class = GST_BASE_TRANSFORM_CLASS(klass);
  transform_class->start = gst_colorize_start;
  transform_class->stop = gst_colorize_stop;
  transform_class->transform_caps = gst_colorize_transform_caps;
  transform_class->fixate_caps = gst_colorize_fixate_caps;
  transform_class->sink_event = gst_colorize_sink_event;
  transform_class->src_event = gst_colorize_src_event;
  transform_class->before_transform = gst_colorize_before_transform;
  transform_class->transform_meta = gst_colorize_transform_meta;
  transform_class->transform_ip_on_passthrough = FALSE;

  GstVideoFilterClass* filter_class = GST_VIDEO_FILTER_CLASS(klass);
  filter_class->set_info = gst_colorize_set_info;
  filter_class->transform_frame = gst_colorize_transform_frame;
  filter_class->transform_frame_ip = gst_colorize_transform_frame_ip;
}

static void gst_colorize_init(GstColorize* self) {
  /* GObject hands out zeroed memory and runs no constructors. */
  new (&self->network) std::unique_ptr<colorize::Network>();
  new (&self->colorizer) std::unique_ptr<colorize::Colorizer>();
  self->model = g_strdup(colorize::default_model);
  self->settings = {.saturation = DEFAULT_PROP_SATURATION,
                    .hue_shift = DEFAULT_PROP_HUE_SHIFT,
                    .strength = DEFAULT_PROP_STRENGTH,
                    .inference_size = DEFAULT_PROP_INFERENCE_SIZE,
                    .inference_interval = DEFAULT_PROP_INFERENCE_INTERVAL,
                    .stability = DEFAULT_PROP_STABILITY,
                    .scene_threshold = DEFAULT_PROP_SCENE_THRESHOLD,
                    .report_cuts = DEFAULT_PROP_POST_SCENE_CUTS,
                    .keep_colour = DEFAULT_PROP_KEEP_COLOUR};
  self->mark = DEFAULT_PROP_MARK;
  for (int i = 0; i < N_CHANNELS; ++i) {
    self->channels[i] = GST_COLOR_BALANCE_CHANNEL(g_object_new(GST_TYPE_COLOR_BALANCE_CHANNEL, NULL));
    self->channels[i]->label = g_strdup(channel_labels[i]);
    self->channels[i]->min_value = -1000;
    self->channels[i]->max_value = 1000;
    self->channel_list = g_list_append(self->channel_list, self->channels[i]);
  }
}
