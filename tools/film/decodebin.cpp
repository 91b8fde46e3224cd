// SPDX-License-Identifier: LGPL-2.1-or-later
#include "decodebin.h"

#include "source.h"

namespace colorize::command {

/// The choice of the next element.
static int select(GstElement*, GstPad*, GstCaps* caps, GstElementFactory* factory, void*) {
  enum { try_it, expose, skip };  // GstAutoplugSelectResult, which no header has
  const bool parser = gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_PARSER);
  return parser && is_for_decoder_alone(caps) ? skip : try_it;
}

void keep_packets_whole(GstElement* decodebin) {
  g_signal_connect(decodebin, "autoplug-select", G_CALLBACK(select), nullptr);
}

/// A new element, which is to decode one frame after the other.
static void take_turns(GstBin*, GstBin*, GstElement* element, void*) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "thread-type"))
    gst_util_set_object_arg(G_OBJECT(element), "thread-type", "slice");
}

void decode_in_turn(GstElement* decodebin) {
  guint major = 0, minor = 0, micro = 0, nano = 0;
  gst_version(&major, &minor, &micro, &nano);
  if (major > 1 || minor >= 24) g_signal_connect(decodebin, "deep-element-added", G_CALLBACK(take_turns), nullptr);
}

/// It has a new element.
static void tell_decoder(GstBin*, GstBin*, GstElement* element, void* told) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  const auto& decodes = *static_cast<const std::function<void(const std::string&)>*>(told);
  if (decodes && factory && gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_DECODER))
    decodes(gst_plugin_feature_get_name(factory));
}

void set_up_decodebin(GstElement* decodebin, bool sought, const std::function<void(const std::string&)>& decodes) {
  keep_packets_whole(decodebin);
  if (sought) decode_in_turn(decodebin);
  g_signal_connect(decodebin, "deep-element-added", G_CALLBACK(tell_decoder),
                   const_cast<void*>(static_cast<const void*>(&decodes)));
}

}  // namespace colorize::command
