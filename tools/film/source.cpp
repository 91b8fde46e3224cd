// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source.h"

#include <chrono>

namespace colorize::command {

static GstPadProbeReturn drop(GstPad*, GstPadProbeInfo*, void*) { return GST_PAD_PROBE_DROP; }

GstPadProbeReturn Source::hold(GstPad*, GstPadProbeInfo*, void* self) {
  // parsebin lets nothing flow before it has shown all its pads.
  static_cast<Source*>(self)->set_known();
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn Source::hear(GstPad*, GstPadProbeInfo* info, void* self) {
  if (GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) == GST_EVENT_EOS) static_cast<Source*>(self)->set_known();
  return GST_PAD_PROBE_OK;
}

void Source::set_known() {
  const std::lock_guard lock(mutex_);
  known_ = true;
  change_.notify_one();
}

void Source::add(GstElement*, GstPad* pad, Source* self) {
  const std::lock_guard lock(self->mutex_);
  if (self->known_) {  // what a chained film goes on with
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, drop, nullptr, nullptr);
    return;
  }
  const Owned<gchar> id(gst_pad_get_stream_id(pad));
  // Events go on: parsebin itself sends some before it is done. The pad keeps them for what will be linked to it.
  constexpr int data = GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  const gulong probe = gst_pad_add_probe(pad, static_cast<GstPadProbeType>(data), hold, self, nullptr);
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, hear, self, nullptr);
  self->streams_.push_back({Pad(GST_PAD(gst_object_ref(pad))), id ? id.get() : "", probe});
}

bool is_for_decoder_alone(GstCaps* caps) {
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  int version = 0;
  if (gst_structure_has_name(structure, "video/mpeg")) gst_structure_get_int(structure, "mpegversion", &version);
  // Where there is no container to tell the size, nothing tells where a frame ends either.
  return (version == 4 || gst_structure_has_name(structure, "video/x-divx")) &&
         gst_structure_has_field(structure, "width");
}

static gboolean is_to_be_parsed(GstElement*, GstPad*, GstCaps* caps, void*) { return !is_for_decoder_alone(caps); }

Source::Source(GstElement* pipeline, const std::filesystem::path& file, std::stop_token stop)
    : pipeline_(pipeline), stop_(std::move(stop)) {
  GstElement* const reader = gst_element_factory_make("filesrc", nullptr);
  GstElement* const parser = gst_element_factory_make("parsebin", nullptr);
  if (!reader || !parser) throw Failure("GStreamer's base plugins are missing (gstreamer1.0-plugins-base)");
  g_object_set(reader, "location", file.c_str(), nullptr);
  gst_bin_add_many(GST_BIN(pipeline), reader, parser, nullptr);
  gst_element_link(reader, parser);
  g_signal_connect(parser, "autoplug-continue", G_CALLBACK(is_to_be_parsed), nullptr);
  g_signal_connect(parser, "pad-added", G_CALLBACK(add), this);
  try {
    gst_element_set_state(pipeline, GST_STATE_PAUSED);
    std::unique_lock lock(mutex_);
    while (!change_.wait_for(lock, std::chrono::milliseconds(100), [this] { return known_; })) check(pipeline, stop_);
  } catch (...) {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    throw;
  }
}

Source::~Source() { gst_element_set_state(pipeline_, GST_STATE_NULL); }

GstPad* Source::pad(const std::string& stream_id) const {
  for (const Stream& stream : streams_)
    if (stream.id == stream_id) return stream.pad.get();
  return nullptr;
}

void Source::release() {
  // The linked ones first: a demuxer whose streams all go nowhere stops.
  for (const Stream& stream : streams_)
    if (!gst_pad_is_linked(stream.pad.get()))
      gst_pad_add_probe(stream.pad.get(), GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, drop, nullptr, nullptr);
  for (const Stream& stream : streams_) gst_pad_remove_probe(stream.pad.get(), stream.hold);
}

void Source::run(const std::function<void()>& tick) {
  release();
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  await(pipeline_, GST_MESSAGE_EOS, stop_, tick);
}

void seek(GstPad* stream, std::int64_t time) {
  gst_pad_send_event(stream, gst_event_new_seek(1, GST_FORMAT_TIME,
                                                static_cast<GstSeekFlags>(GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE),
                                                GST_SEEK_TYPE_SET, time, GST_SEEK_TYPE_NONE, 0));
}

}  // namespace colorize::command
