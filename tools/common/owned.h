// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>
#include <gst/video/video.h>
#include <json-glib/json-glib.h>

#include <memory>

namespace colorize::command {

/// How what GLib and GStreamer hand out is given back.
struct Release {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstStructure* structure) const { gst_structure_free(structure); }
  void operator()(GstTagList* tags) const { gst_tag_list_unref(tags); }
  void operator()(GstTocEntry* entry) const { gst_toc_entry_unref(entry); }
  void operator()(GstToc* toc) const { gst_toc_unref(toc); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
  void operator()(GstElement* element) const { gst_object_unref(element); }
  void operator()(GstElementFactory* factory) const { gst_object_unref(factory); }
  void operator()(GstPlugin* plugin) const { gst_object_unref(plugin); }
  void operator()(GstPad* pad) const { gst_object_unref(pad); }
  void operator()(GstBus* bus) const { gst_object_unref(bus); }
  void operator()(GstStream* stream) const { gst_object_unref(stream); }
  void operator()(GstDiscoverer* discoverer) const { g_object_unref(discoverer); }
  void operator()(GstDiscovererInfo* info) const { g_object_unref(info); }
  void operator()(JsonBuilder* builder) const { g_object_unref(builder); }
  void operator()(JsonNode* node) const { json_node_unref(node); }
  void operator()(GstVideoOverlayComposition* composition) const { gst_video_overlay_composition_unref(composition); }
  void operator()(GOptionContext* context) const { g_option_context_free(context); }
  void operator()(GError* error) const { g_error_free(error); }
  void operator()(GChecksum* checksum) const { g_checksum_free(checksum); }
  void operator()(gchar* text) const { g_free(text); }
  void operator()(gchar** texts) const { g_strfreev(texts); }
};

template <typename T>
using Owned = std::unique_ptr<T, Release>;

/// For functions that hand something out through a pointer: f(out(owned)). It is there when the whole expression is
/// done, as with C++23's std::out_ptr.
template <typename T>
class Out {
 public:
  explicit Out(Owned<T>& owned) : owned_(owned) {}
  ~Out() { owned_.reset(pointer_); }
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  operator T**() { return &pointer_; }

 private:
  Owned<T>& owned_;
  T* pointer_ = nullptr;
};

template <typename T>
Out<T> out(Owned<T>& owned) {
  return Out<T>(owned);
}

using Buffer = Owned<GstBuffer>;
using Sample = Owned<GstSample>;
using Caps = Owned<GstCaps>;
using TagList = Owned<GstTagList>;
using Element = Owned<GstElement>;
using Pad = Owned<GstPad>;

/// Of an object that nobody holds yet.
inline Element sunk(GstElement* element) {
  return Element(element ? GST_ELEMENT(gst_object_ref_sink(element)) : nullptr);
}

}  // namespace colorize::command
