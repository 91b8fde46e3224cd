// SPDX-License-Identifier: LGPL-2.1-or-later
#include "decodebin.h"

#include "source.h"

namespace colorize::command {

namespace {

/// decodebin's choice of the next element.
int select(GstElement*, GstPad*, GstCaps* caps, GstElementFactory* factory, void*) {
  enum { try_it, expose, skip };  // GstAutoplugSelectResult, which no header has
  const bool parser = gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_PARSER);
  return parser && is_for_decoder_alone(caps) ? skip : try_it;
}

/// It has a new element.
void tell_decoder(GstBin*, GstBin*, GstElement* element, void* told) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  const auto& decodes = *static_cast<const std::function<void(const std::string&)>*>(told);
  if (decodes && factory && gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER))
    decodes(gst_plugin_feature_get_name(factory));
}

/// After a seek GStreamer from 1.24 on loses frames that libavcodec decodes in threads of their own.
bool loses_frames_in_threads() {
  guint major = 0, minor = 0, micro = 0, nano = 0;
  gst_version(&major, &minor, &micro, &nano);
  return major == 1 && minor >= 24;
}

/// It has a new element, which is to decode one frame after the other.
void take_turns(GstBin*, GstBin*, GstElement* element, void*) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "thread-type"))
    gst_util_set_object_arg(G_OBJECT(element), "thread-type", "slice");
}

}  // namespace

void set_up_decodebin(GstElement* decodebin, bool sought, const std::function<void(const std::string&)>& decodes) {
  g_signal_connect(decodebin, "autoplug-select", G_CALLBACK(select), nullptr);
  g_signal_connect(decodebin, "deep-element-added", G_CALLBACK(tell_decoder),
                   const_cast<void*>(static_cast<const void*>(&decodes)));
  if (sought && loses_frames_in_threads())
    g_signal_connect(decodebin, "deep-element-added", G_CALLBACK(take_turns), nullptr);
}

}  // namespace colorize::command
