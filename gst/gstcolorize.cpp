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

#include <algorithm>
#include <memory>
#include <new>
#include <string>

#include "gstcolorizebalance.h"
#include "gstcolorizecaps.h"
#include "gstcolorizeelement.h"
#include "gstcolorizeframe.h"
#include "gstcolorizehints.h"
#include "gstcolorizemark.h"
#include "gstcolorizeproperties.h"
#include "gstcolorizequality.h"
#include "gstcolorizereference.h"
#include "gstcolorizeregions.h"
#include "gstcolorizewords.h"
#include "model.h"
#include "neutral.h"

GST_DEBUG_CATEGORY(colorize_debug);

G_DEFINE_FINAL_TYPE_WITH_CODE(GstColorize, gst_colorize, GST_TYPE_VIDEO_FILTER,
                              G_IMPLEMENT_INTERFACE(GST_TYPE_COLOR_BALANCE, gst_colorize_color_balance_init)
                                  G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, NULL))
GST_ELEMENT_REGISTER_DEFINE(colorize, "colorize", GST_RANK_NONE, GST_TYPE_COLORIZE)

colorize::Settings gst_colorize_settings(GstColorize* self) {
  GST_OBJECT_LOCK(self);
  const colorize::Settings settings = self->settings;
  GST_OBJECT_UNLOCK(self);
  return settings;
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

static gboolean gst_colorize_src_event(GstBaseTransform* trans, GstEvent* event) {
  if (gst_colorize_hints_event(GST_COLORIZE(trans), event) ||
      (GST_EVENT_TYPE(event) == GST_EVENT_QOS && gst_colorize_gives_up_quality(GST_COLORIZE(trans), event))) {
    gst_event_unref(event);
    return TRUE;
  }
  if (gst_video_event_is_force_key_unit(event)) g_atomic_int_set(&GST_COLORIZE(trans)->miss, TRUE);
  return GST_BASE_TRANSFORM_CLASS(gst_colorize_parent_class)->src_event(trans, event);
}

/* In seconds; negative where the stream tells none. */
static gdouble gst_colorize_stream_seconds(GstColorize* self, GstBuffer* buffer) {
  const GstSegment* segment = &GST_BASE_TRANSFORM(self)->segment;
  const GstClockTime time = segment->format == GST_FORMAT_TIME
                                ? gst_segment_to_stream_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer))
                                : GST_CLOCK_TIME_NONE;
  return GST_CLOCK_TIME_IS_VALID(time) ? static_cast<gdouble>(time) / GST_SECOND : -1;
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
  gst_colorize_install_properties(object_class);

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
  gst_colorize_add_channels(self);
}
