// SPDX-License-Identifier: LGPL-2.1-or-later
// An encoder that is called as one by hardware (VA), and behaves as COLORIZE_HARDWARE says: it "works", is "missing",
// as where there is no device, gives "nothing", or "crashes".
#include <gst/gst.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  GstBin parent;
} Encoder;
typedef struct {
  GstBinClass parent;
} EncoderClass;

G_DEFINE_TYPE(Encoder, encoder, GST_TYPE_BIN)

static gboolean is_to(const char* behaviour) { return g_strcmp0(g_getenv("COLORIZE_HARDWARE"), behaviour) == 0; }

static GstStateChangeReturn change_state(GstElement* element, GstStateChange transition) {
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && is_to("crashes")) abort();
  if (transition == GST_STATE_CHANGE_NULL_TO_READY && is_to("missing")) {
    GST_ELEMENT_ERROR(element, RESOURCE, NOT_FOUND, ("there is no such device"), (NULL));
    return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS(encoder_parent_class)->change_state(element, transition);
}

static void ignore(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  (void)object, (void)id, (void)value, (void)spec;
}

static GstStaticPadTemplate sink =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw,format=NV12"));
static GstStaticPadTemplate source =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-h264"));

static void encoder_class_init(EncoderClass* klass) {
  GstElementClass* const element = GST_ELEMENT_CLASS(klass);
  const char* const numbers[] = {"qpi", "qpp", "qpb", "b-frames"};
  gst_element_class_set_static_metadata(element, "Encoder", "Codec/Encoder/Video/Hardware", "Stands for hardware",
                                        "The colorize authors");
  gst_element_class_add_static_pad_template(element, &sink);
  gst_element_class_add_static_pad_template(element, &source);
  element->change_state = change_state;
  G_OBJECT_CLASS(klass)->set_property = ignore;
  for (guint i = 0; i < G_N_ELEMENTS(numbers); ++i)
    g_object_class_install_property(G_OBJECT_CLASS(klass), i + 1,
                                    g_param_spec_uint(numbers[i], numbers[i], "", 0, 51, 0, G_PARAM_WRITABLE));
  g_object_class_install_property(G_OBJECT_CLASS(klass), 9,
                                  g_param_spec_string("rate-control", "rate-control", "", NULL, G_PARAM_WRITABLE));
}

static void encoder_init(Encoder* self) {
  GstElement* const way = gst_parse_bin_from_description(
      "identity name=lose ! videoconvert ! x264enc speed-preset=ultrafast bframes=0 threads=1 sync-lookahead=0", TRUE,
      NULL);
  GstElement* const lose = gst_bin_get_by_name(GST_BIN(way), "lose");
  if (is_to("nothing")) g_object_set(lose, "drop-probability", 1.0, NULL);
  gst_object_unref(lose);
  gst_bin_add(GST_BIN(self), way);
  for (int i = 0; i < 2; ++i) {
    const char* const name = i ? "src" : "sink";
    GstPad* const inner = gst_element_get_static_pad(way, name);
    gst_element_add_pad(GST_ELEMENT(self), gst_ghost_pad_new(name, inner));
    gst_object_unref(inner);
  }
}

static gboolean init(GstPlugin* plugin) {
  return gst_element_register(plugin, "vah264enc", GST_RANK_NONE, encoder_get_type());
}

#define PACKAGE "colorize"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, hardware, "Stands for hardware", init, "1.0", "LGPL",
                  "colorize", "Unknown package origin")
