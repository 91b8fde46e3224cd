// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizecaps.h"

#include <gst/video/video.h>

#include "gstcolorize.h"

#define GST_CAT_DEFAULT colorize_debug

#define FORMATS_8 "I420, YV12, NV12, Y42B, NV16, YUY2, UYVY, Y444, BGRx, RGBx, BGRA, RGBA, BGR, RGB"
#define FORMATS_10 "I420_10LE, P010_10LE, I422_10LE, Y444_10LE"
#define FORMATS_12 "I420_12LE, P012_LE, I422_12LE, Y444_12LE"
#define FORMATS_16 "P016_LE, Y444_16LE"
#define COLOUR_FORMATS FORMATS_8 ", " FORMATS_10 ", " FORMATS_12 ", " FORMATS_16 ", RGBA64_LE"

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
                            GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("{ GRAY8, GRAY16_LE, " COLOUR_FORMATS " }")));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE("{ " COLOUR_FORMATS " }")));

void gst_colorize_add_pad_templates(GstElementClass* element_class) {
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_add_static_pad_template(element_class, &src_template);
}

/* Gray comes out in any colour format that holds its codes; a colour format comes out as it is. */
static const struct {
  const gchar *gray, *colour;
} gray_ways[] = {
    {.gray = "{ GRAY8 }", .colour = "{ " FORMATS_8 " }"},
    {.gray = "{ GRAY16_LE }", .colour = "{ " FORMATS_16 " }"},
};

/* Of the structures in `caps` that can have one of the formats `from`, with the formats `to` instead. */
static GstCaps* reformat_caps(GstCaps* caps, const gchar* from, const gchar* to) {
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

GstCaps* gst_colorize_transform_caps(GstBaseTransform* trans, GstPadDirection direction, GstCaps* caps,
                                     GstCaps* filter) {
  GstCaps* templates = gst_pad_get_pad_template_caps(direction == GST_PAD_SINK ? GST_BASE_TRANSFORM_SRC_PAD(trans)
                                                                               : GST_BASE_TRANSFORM_SINK_PAD(trans));
  GstCaps* result = gst_caps_intersect_full(caps, templates, GST_CAPS_INTERSECT_FIRST);
  for (const auto& [gray, colour] : gray_ways) {
    GstCaps* others = direction == GST_PAD_SINK ? reformat_caps(caps, gray, colour) : reformat_caps(caps, colour, gray);
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

void gst_colorize_keep_range(const GstCaps* gray, GstCaps* colour) {
  GstStructure* structure = gst_caps_get_structure(colour, 0);
  GstVideoInfo in, out;
  if (gst_structure_has_field(structure, "colorimetry")) return;
  if (!gst_video_info_from_caps(&in, gray) || !GST_VIDEO_INFO_IS_GRAY(&in)) return;
  if (!gst_video_info_from_caps(&out, colour) || !GST_VIDEO_INFO_IS_YUV(&out)) return;
  out.colorimetry.range = in.colorimetry.range;
  gchar* colorimetry = gst_video_colorimetry_to_string(&out.colorimetry);
  gst_structure_set(structure, "colorimetry", G_TYPE_STRING, colorimetry, NULL);
  g_free(colorimetry);
}

void gst_colorize_complete_info(const GstCaps* caps, GstVideoInfo* info) {
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  const gchar* site = gst_structure_get_string(structure, "chroma-site");
  if (site) info->chroma_site = gst_video_chroma_site_from_string(site);
  const gchar* colorimetry = gst_structure_get_string(structure, "colorimetry");
  GstVideoColorimetry said;
  if (colorimetry && gst_video_colorimetry_from_string(&said, colorimetry) &&
      said.range != GST_VIDEO_COLOR_RANGE_UNKNOWN)
    info->colorimetry.range = said.range;
}
