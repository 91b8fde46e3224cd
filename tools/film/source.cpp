// SPDX-License-Identifier: LGPL-2.1-or-later
#include "source.h"

#include <algorithm>
#include <chrono>

#include "common/watchdog.h"
#include "sequence.h"

namespace colorize::command {

static GstPadProbeReturn drop(GstPad*, GstPadProbeInfo*, void*) { return GST_PAD_PROBE_DROP; }

static void drop_all(GstPad* pad) {
  gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_DATA_DOWNSTREAM, drop, nullptr, nullptr);
}

/// A stream that waits in a queue: were its own pad to wait, so would the thread that reads, and with it every stream
/// that is yet to appear.
struct Source::Stream {
  Source* source;
  std::string id;
  Pad from;           // of the file
  GstElement* queue;  // the pipeline keeps it
  Pad pad;            // behind the queue
  gulong hold;
  bool ended = false, wanted = false;
};

GstPadProbeReturn Source::hear(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& stream = *static_cast<Stream*>(data);
  const bool ends = GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) == GST_EVENT_EOS;
  const bool begins = GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) == GST_EVENT_FLUSH_STOP;
  if (!ends && !begins) return GST_PAD_PROBE_OK;
  const std::lock_guard lock(stream.source->mutex_);
  stream.ended = ends;
  stream.source->change_.notify_all();
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn Source::hold(GstPad*, GstPadProbeInfo* info, void* self) {
  // Other events go on: the pad keeps them for what will be linked to it. The end it would keep too, but never send.
  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM &&
      GST_EVENT_TYPE(gst_pad_probe_info_get_event(info)) != GST_EVENT_EOS)
    return GST_PAD_PROBE_PASS;
  auto& source = *static_cast<Source*>(self);
  const std::lock_guard lock(source.mutex_);
  source.flows_ = true;
  source.change_.notify_all();
  return GST_PAD_PROBE_OK;
}

void Source::fill(GstElement*, Source* self) {
  const std::lock_guard lock(self->mutex_);
  self->full_ = true;
  self->change_.notify_all();
}

std::unique_ptr<Source::Stream> Source::held(GstPad* pad, const std::string& id) {
  GstElement* const queue = gst_element_factory_make("queue", nullptr);
  // No more than it must: what a demuxer has read when it is to seek decides where some land.
  g_object_set(queue, "max-size-buffers", waits_ ? 0 : 1, "max-size-bytes", 0, "max-size-time", guint64{0}, nullptr);
  g_signal_connect(queue, "overrun", G_CALLBACK(fill), this);
  auto stream = std::make_unique<Stream>(
      Stream{this, id, Pad(GST_PAD(gst_object_ref(pad))), queue, Pad(gst_element_get_static_pad(queue, "src")), 0});
  constexpr int waiting = GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST |
                          GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM;
  stream->hold = gst_pad_add_probe(stream->pad.get(), static_cast<GstPadProbeType>(waiting), hold, this, nullptr);
  constexpr int events = GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH;
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(events), hear, stream.get(), nullptr);
  gst_bin_add(GST_BIN(pipeline_), queue);
  gst_element_sync_state_with_parent(queue);
  const Pad into(gst_element_get_static_pad(queue, "sink"));
  gst_pad_link(pad, into.get());
  return stream;
}

void Source::add(GstElement*, GstPad* pad, Source* self) {
  const Owned<gchar> known(gst_pad_get_stream_id(pad));
  self->take(pad, known ? known.get() : "");
}

void Source::take(GstPad* pad, const std::string& id) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;  // the pipeline is being taken down
  if (taker_)
    taker_(pad, id);
  else if (released_)
    drop_all(pad);
  else
    streams_.push_back(held(pad, id));
  change_.notify_all();
}

bool is_for_decoder_alone(GstCaps* caps) {
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  int version = 0;
  if (gst_structure_has_name(structure, "video/mpeg")) gst_structure_get_int(structure, "mpegversion", &version);
  // Where there is no container to tell the size, nothing tells where a frame ends either.
  return (version == 4 || gst_structure_has_name(structure, "video/x-divx")) &&
         gst_structure_has_field(structure, "width");
}

gboolean Source::is_to_be_parsed(GstElement*, GstPad*, GstCaps* caps, Source* self) {
  const std::string kind = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return !is_for_decoder_alone(caps) && !(self->alone_ && kind.starts_with("audio/"));
}

Source::Source(GstElement* pipeline, const std::filesystem::path& file, std::stop_token stop, Taker taker, bool alone)
    : pipeline_(pipeline), stop_(std::move(stop)), taker_(std::move(taker)), alone_(alone) {
  if (const std::optional<Sequence> sequence = sequence_in(file)) {
    const Pad pad(gst_element_get_static_pad(add_sequence(pipeline, *sequence), "src"));
    take(pad.get(), sequence_track);
    gst_element_set_state(pipeline, GST_STATE_PAUSED);
    return;
  }
  GstElement* const reader = gst_element_factory_make("filesrc", nullptr);
  GstElement* const parser = gst_element_factory_make("parsebin", nullptr);
  if (!reader || !parser) throw Failure("GStreamer's base plugins are missing (gstreamer1.0-plugins-base)");
  g_object_set(reader, "location", file.c_str(), nullptr);
  gst_bin_add_many(GST_BIN(pipeline), reader, parser, nullptr);
  gst_element_link(reader, parser);
  g_signal_connect(parser, "autoplug-continue", G_CALLBACK(is_to_be_parsed), this);
  g_signal_connect(parser, "pad-added", G_CALLBACK(add), this);
  gst_element_set_state(pipeline, GST_STATE_PAUSED);
}

Source::~Source() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;  // what is added behind the pipeline's back does not stop with it
  }
  gst_element_set_state(pipeline_, GST_STATE_NULL);
}

GstPad* Source::pad(const std::string& id) {
  return wait([&](const Stream& stream) { return stream.id == id; });
}

GstPad* Source::pictures() {
  return wait([](const Stream& stream) {
    if (stream.id == sequence_track) return true;
    const Owned<GstStream> description(gst_pad_get_stream(stream.from.get()));
    return description && gst_stream_get_stream_type(description.get()) & GST_STREAM_TYPE_VIDEO;
  });
}

GstPad* Source::wait(const std::function<bool(const Stream&)>& is_it) {
  Watchdog watchdog;
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto stream = std::ranges::find_if(streams_, [&](const auto& known) { return is_it(*known); });
    // parsebin lets nothing flow before it is ready for a seek. And the demuxer has to have read as much each time, up
    // to where a queue is full: Matroska's takes the film's beginning from what it has read until then.
    const bool at_end =
        !streams_.empty() && std::ranges::all_of(streams_, [](const auto& known) { return known->ended; });
    if (stream != streams_.end() && ((flows_ && (full_ || waits_)) || at_end)) {
      (*stream)->wanted = true;
      return (*stream)->pad.get();
    }
    if (at_end) return nullptr;
    if (stream == streams_.end() && flows_) {
      waits_ = true;
      for (const std::unique_ptr<Stream>& other : streams_) g_object_set(other->queue, "max-size-buffers", 0, nullptr);
    }
    change_.wait_for(lock, std::chrono::milliseconds(100));
    lock.unlock();
    check(pipeline_, stop_);
    watchdog.look();
    lock.lock();
  }
}

void Source::release() {
  const std::lock_guard lock(mutex_);
  released_ = true;
  // The wanted ones last: a demuxer that finds no way open for any of its streams stops.
  for (const std::unique_ptr<Stream>& stream : streams_)
    if (!stream->wanted) drop_all(stream->from.get());
  for (const std::unique_ptr<Stream>& stream : streams_) {
    if (!stream->wanted) drop_all(stream->pad.get());
    g_object_set(stream->queue, "max-size-buffers", 0, "max-size-bytes", 1 << 20, nullptr);
    gst_pad_remove_probe(stream->pad.get(), stream->hold);
  }
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
