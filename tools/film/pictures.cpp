// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pictures.h"

#include <gst/video/video.h>

#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "common/pipeline.h"

namespace colorize::command {

/// A picture in memory, as long as it is looked at.
namespace {

class Picture {
 public:
  Picture(GstBuffer* buffer, GstCaps* caps, GstMapFlags flags) {
    GstVideoInfo info;
    mapped_ = gst_video_info_from_caps(&info, caps) && gst_video_frame_map(&frame_, &info, buffer, flags);
  }
  ~Picture() {
    if (mapped_) gst_video_frame_unmap(&frame_);
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;

  explicit operator bool() const { return mapped_; }
  int width() const { return GST_VIDEO_FRAME_WIDTH(&frame_); }
  int height(int component) const { return GST_VIDEO_FRAME_COMP_HEIGHT(&frame_, component); }
  /// The bytes of a row that `pixels` of the whole picture take in one of its components.
  std::size_t bytes(int component, int pixels) const {
    const int samples = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(frame_.info.finfo, component, pixels);
    return static_cast<std::size_t>(samples * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame_, component));
  }
  std::uint8_t* row(int component, int y) const {
    return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame_, component)) +
           y * GST_VIDEO_FRAME_COMP_STRIDE(&frame_, component);
  }
  /// Sets the pixels from `left` to `right` of one component.
  void fill(int component, int left, int right, double share) const {
    const int depth = GST_VIDEO_FRAME_COMP_DEPTH(&frame_, component);
    const auto value = static_cast<std::uint16_t>(share * (1 << depth));
    for (int y = 0; y < height(component); ++y) {
      std::uint8_t* const begin = row(component, y) + bytes(component, left);
      std::uint8_t* const end = row(component, y) + bytes(component, right);
      if (depth == 8)
        std::fill(begin, end, static_cast<std::uint8_t>(value));
      else
        std::fill(reinterpret_cast<std::uint16_t*>(begin), reinterpret_cast<std::uint16_t*>(end), value);
    }
  }

 private:
  GstVideoFrame frame_;
  bool mapped_;
};

Picture picture(GstPad* pad, GstBuffer* buffer, GstMapFlags flags) {
  const Caps caps(gst_pad_get_current_caps(pad));
  return Picture(buffer, caps.get(), flags);
}

GstPadProbeReturn neutralize(GstPad* pad, GstPadProbeInfo* info, void*) {
  info->data = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
  if (const Picture gray = picture(pad, gst_pad_probe_info_get_buffer(info), GST_MAP_READWRITE))
    for (const int component : {1, 2}) gray.fill(component, 0, gray.width(), 0.5);
  return GST_PAD_PROBE_OK;
}

void add_probe(GstElement* element, const char* name, GstPadProbeCallback callback, void* data,
               GDestroyNotify destroy) {
  const Pad pad(gst_element_get_static_pad(element, name));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, callback, data, destroy);
}

}  // namespace

void make_gray(GstElement* element) { add_probe(element, "src", neutralize, nullptr, nullptr); }

namespace {

/// What went in and has not come out yet.
struct Before {
  std::mutex mutex;
  std::deque<Buffer> pictures;
  Caps caps;
};

GstPadProbeReturn keep(GstPad* pad, GstPadProbeInfo* info, void* data) {
  Before& before = **static_cast<std::shared_ptr<Before>*>(data);
  const std::lock_guard lock(before.mutex);
  before.caps.reset(gst_pad_get_current_caps(pad));
  // A copy: colorize works in place.
  before.pictures.emplace_back(gst_buffer_copy_deep(gst_pad_probe_info_get_buffer(info)));
  return GST_PAD_PROBE_OK;
}

GstPadProbeReturn paste(GstPad* pad, GstPadProbeInfo* info, void* data) {
  Before& before = **static_cast<std::shared_ptr<Before>*>(data);
  const std::lock_guard lock(before.mutex);
  if (before.pictures.empty()) return GST_PAD_PROBE_OK;
  const Buffer old = std::move(before.pictures.front());
  before.pictures.pop_front();
  info->data = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
  const Picture from(old.get(), before.caps.get(), GST_MAP_READ);
  const Picture into = picture(pad, gst_pad_probe_info_get_buffer(info), GST_MAP_READWRITE);
  if (!from || !into) return GST_PAD_PROBE_OK;
  const int middle = into.width() / 4 * 2;  // between two samples of chroma
  for (const int component : {0, 1, 2}) {
    for (int y = 0; y < into.height(component); ++y)
      std::memcpy(into.row(component, y), from.row(component, y),
                  into.bytes(component, std::min(middle, from.width())));
    into.fill(component, middle, middle + 2, component == 0 ? 0.9 : 0.5);
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void show_before(GstElement* before, GstElement* element) {
  const auto forget = [](void* data) { delete static_cast<std::shared_ptr<Before>*>(data); };
  const auto pictures = std::make_shared<Before>();
  add_probe(before, "sink", keep, new std::shared_ptr<Before>(pictures), forget);
  add_probe(element, "src", paste, new std::shared_ptr<Before>(pictures), forget);
}

}  // namespace colorize::command
