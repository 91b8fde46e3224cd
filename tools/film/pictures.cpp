// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pictures.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <utility>

#include "common/mapped.h"
#include "common/pipeline.h"

namespace colorize::command {

namespace {

constexpr const char* unmapped = "a picture cannot be mapped";

GstVideoInfo info_of(GstPad* pad) {
  const Caps caps(gst_pad_get_current_caps(pad));
  GstVideoInfo info;
  if (!caps || !gst_video_info_from_caps(&info, caps.get())) throw Failure("a picture of no known form");
  return info;
}

/// The bytes of a row that `pixels` of the whole picture take in one of its components.
std::size_t bytes(const GstVideoFrame& frame, int component, int pixels) {
  const int samples = GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(frame.info.finfo, component, pixels);
  return static_cast<std::size_t>(samples * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component));
}

std::uint8_t* row(const GstVideoFrame& frame, int component, int y) {
  return static_cast<std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&frame, component)) +
         y * GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
}

/// Sets the pixels from `left` to `right` of one component.
void fill(const GstVideoFrame& frame, int component, int left, int right, double share) {
  const int depth = GST_VIDEO_FRAME_COMP_DEPTH(&frame, component);
  const auto value = static_cast<std::uint16_t>(share * (1 << depth));
  for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&frame, component); ++y) {
    std::uint8_t* const begin = row(frame, component, y) + bytes(frame, component, left);
    std::uint8_t* const end = row(frame, component, y) + bytes(frame, component, right);
    if (depth == 8)
      std::fill(begin, end, static_cast<std::uint8_t>(value));
    else
      std::fill(reinterpret_cast<std::uint16_t*>(begin), reinterpret_cast<std::uint16_t*>(end), value);
  }
}

GstPadProbeReturn neutralize(GstPad* pad, GstPadProbeInfo* info, void*) try {
  info->data = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
  const Mapped gray(gst_pad_probe_info_get_buffer(info), info_of(pad), GST_MAP_READWRITE, unmapped);
  for (const int component : {1, 2}) fill(gray.frame, component, 0, GST_VIDEO_FRAME_WIDTH(&gray.frame), 0.5);
  return GST_PAD_PROBE_OK;
} catch (const Failure& failure) {
  return post(pad, failure);
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
  GstVideoInfo info;
};

GstPadProbeReturn keep(GstPad* pad, GstPadProbeInfo* info, void* data) try {
  Before& before = **static_cast<std::shared_ptr<Before>*>(data);
  const std::lock_guard lock(before.mutex);
  before.info = info_of(pad);
  // A copy: colorize works in place.
  before.pictures.emplace_back(gst_buffer_copy_deep(gst_pad_probe_info_get_buffer(info)));
  return GST_PAD_PROBE_OK;
} catch (const Failure& failure) {
  return post(pad, failure);
}

/// A picture with room on its left, for one whose caps say that it is wider than it is.
Buffer widened(GstBuffer* picture, const GstVideoInfo& info, const GstVideoInfo& wider) {
  Buffer result = picture_like(picture, wider);
  const Mapped from(picture, info, GST_MAP_READ, unmapped), into(result.get(), wider, GST_MAP_WRITE, unmapped);
  const int left = GST_VIDEO_INFO_WIDTH(&wider) - GST_VIDEO_INFO_WIDTH(&info);
  for (const int component : {0, 1, 2})
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&into.frame, component); ++y)
      std::memcpy(row(into.frame, component, y) + bytes(into.frame, component, left), row(from.frame, component, y),
                  bytes(from.frame, component, GST_VIDEO_INFO_WIDTH(&info)));
  return result;
}

GstPadProbeReturn paste(GstPad* pad, GstPadProbeInfo* info, void* data) try {
  Before& before = **static_cast<std::shared_ptr<Before>*>(data);
  const std::lock_guard lock(before.mutex);
  if (before.pictures.empty()) return GST_PAD_PROBE_OK;
  const Buffer old = std::move(before.pictures.front());
  before.pictures.pop_front();
  const GstVideoInfo wanted = info_of(pad);
  if (wanted.width != before.info.width) {
    const Buffer narrow(gst_pad_probe_info_get_buffer(info));
    info->data = nullptr;
    info->data = widened(narrow.get(), before.info, wanted).release();
  }
  info->data = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
  const Mapped from(old.get(), before.info, GST_MAP_READ, unmapped);
  const Mapped into(gst_pad_probe_info_get_buffer(info), wanted, GST_MAP_READWRITE, unmapped);
  const int middle = GST_VIDEO_FRAME_WIDTH(&into.frame) / 4 * 2;  // between two samples of chroma
  for (const int component : {0, 1, 2}) {
    for (int y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(&into.frame, component); ++y)
      std::memcpy(row(into.frame, component, y), row(from.frame, component, y),
                  bytes(into.frame, component, std::min(middle, GST_VIDEO_FRAME_WIDTH(&from.frame))));
    fill(into.frame, component, middle, middle + 2, component == 0 ? 0.9 : 0.5);
  }
  return GST_PAD_PROBE_OK;
} catch (const Failure& failure) {
  return post(pad, failure);
}

}  // namespace

void show_before(GstElement* before, GstElement* element) {
  const auto forget = [](void* data) { delete static_cast<std::shared_ptr<Before>*>(data); };
  const auto pictures = std::make_shared<Before>();
  add_probe(before, "sink", keep, new std::shared_ptr<Before>(pictures), forget);
  add_probe(element, "src", paste, new std::shared_ptr<Before>(pictures), forget);
}

}  // namespace colorize::command
