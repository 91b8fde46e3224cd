// SPDX-License-Identifier: LGPL-2.1-or-later
#include "colouring.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <opencv2/core.hpp>
#include <string_view>
#include <utility>

#include "common/properties.h"
#include "still/deepstill.h"
#include "still/padding.h"

namespace colorize::command {

namespace {

GstVideoInfo info_of(GstSample* picture) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(picture))) throw Failure("is no picture");
  return info;
}

bool is_lying(const Turned& picture) {
  const std::string_view way = picture.direction;
  return way == "90r" || way == "90l" || way == "ul-lr" || way == "ur-ll";
}

cv::Size turned(cv::Size size) { return {size.height, size.width}; }

cv::Size fitted(cv::Size size, cv::Size most) {
  const double scale =
      std::min({1.0, static_cast<double>(most.width) / size.width, static_cast<double>(most.height) / size.height});
  const auto side = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
  return {side(size.width), side(size.height)};
}

/// Caps of square pixels, in a size that comes before the picture is turned.
Caps caps_of(const Turned& picture, cv::Size size) {
  if (is_lying(picture)) size = turned(size);
  return Caps(gst_caps_new_simple("video/x-raw", "width", G_TYPE_INT, size.width, "height", G_TYPE_INT, size.height,
                                  "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr));
}

std::string bytes_of(GstSample* sample) {
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

/// What is in an appsink, if anything.
std::optional<std::string> pulled(GstElement* pipeline, const char* sink) {
  GstSample* sample = nullptr;
  g_signal_emit_by_name(element_of(pipeline, sink), "try-pull-sample", guint64{0}, &sample);
  return sample ? std::optional(bytes_of(Sample(sample).get())) : std::nullopt;
}

GstFlowReturn wake(GstElement*, std::function<void()>* waker) {
  (*waker)();
  return GST_FLOW_OK;
}

}  // namespace

cv::Size size_of(const Turned& picture) {
  const GstVideoInfo info = info_of(picture.picture);
  const double ratio = info.par_n > 0 && info.par_d > 0 ? static_cast<double>(info.par_n) / info.par_d : 1;
  const int width = static_cast<int>(std::lround(info.width * ratio));
  const cv::Size size{std::max(1, width), info.height};
  return is_lying(picture) ? turned(size) : size;
}

// JPEG's Y'CbCr (JFIF) is BT.601's in full range; jpegenc takes any for it. The first JPEG is there before the second.
Colouring::Colouring(const Properties& properties, std::function<void()> wake)
    : pipeline_(parse_pipeline(
          "appsrc name=source format=time handle-segment-change=true ! videoscale ! capsfilter name=size ! "
          "videoconvert ! video/x-raw,format=I420,colorimetry=1:4:0:0 ! videoflip name=turn ! tee name=both "
          "both. ! jpegenc name=encoder-before ! appsink name=before sync=false async=false "
          "both. ! queue max-size-buffers=1 ! colorize name=colorize ! queue max-size-buffers=1 ! "
          "jpegenc name=encoder-after ! appsink name=after sync=false async=false emit-signals=true")),
      wake_(std::move(wake)) {
  gst_segment_init(&segment_, GST_FORMAT_TIME);
  for (const char* const encoder : {"encoder-before", "encoder-after"})
    pad_rows(Pad(gst_element_get_static_pad(element_of(pipeline_.get(), encoder), "sink")).get());
  g_signal_connect(element_of(pipeline_.get(), "after"), "new-sample", G_CALLBACK(colorize::command::wake), &wake_);
  set_properties(element_of(pipeline_.get(), "colorize"), properties);
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return;
  try {
    check(pipeline_.get(), {});
    throw Failure("the element 'colorize' does not start");
  } catch (...) {
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
    throw;
  }
}

Colouring::~Colouring() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

void Colouring::give(const Turned& picture, cv::Size most, bool follows, double time) {
  const Caps size = caps_of(picture, fitted(size_of(picture), most));
  g_object_set(element_of(pipeline_.get(), "size"), "caps", size.get(), nullptr);
  gst_util_set_object_arg(G_OBJECT(element_of(pipeline_.get(), "turn")), "video-direction", picture.direction);
  const Buffer buffer(gst_buffer_copy(gst_sample_get_buffer(picture.picture)));
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(std::llround(std::max(0.0, time) * GST_SECOND));
  GST_BUFFER_DURATION(buffer.get()) = GST_MSECOND;
  ++given_;
  if (follows) {
    GST_BUFFER_FLAG_UNSET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  } else {
    GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
    // A segment begins, as after a seek; one that is as the last one was would not be sent.
    segment_.start = segment_.time = segment_.position = GST_BUFFER_PTS(buffer.get());
    segment_.base = given_;
  }
  const Sample sample(gst_sample_new(buffer.get(), gst_sample_get_caps(picture.picture), &segment_, nullptr));
  GstFlowReturn flow = GST_FLOW_OK;
  g_signal_emit_by_name(element_of(pipeline_.get(), "source"), "push-sample", sample.get(), &flow);
}

std::optional<Colouring::Pair> Colouring::take(const std::stop_token& stop) {
  check(pipeline_.get(), stop);
  if (std::optional<std::string> after = pulled(pipeline_.get(), "after")) {
    ++taken_;
    watchdog_.reset();
    return Pair{pulled(pipeline_.get(), "before").value(), std::move(*after)};
  }
  if (taken_ == given_) return std::nullopt;
  if (!watchdog_) watchdog_.emplace();
  watchdog_->look();
  return std::nullopt;
}

bool Colouring::set(const std::string& name, const std::string& value) {
  GObject* const colorize = G_OBJECT(element_of(pipeline_.get(), "colorize"));
  const GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(colorize), name.c_str());
  // What may follow a curve from frame to frame can change at any time and never fails.
  if (!(spec->flags & GST_PARAM_CONTROLLABLE)) return false;
  gst_util_set_object_arg(colorize, name.c_str(), value.c_str());
  return true;
}

void Colouring::set_interval(int pictures) {
  g_object_set(element_of(pipeline_.get(), "colorize"), "inference-interval", pictures, nullptr);
}

std::string png_in_colour(const Turned& picture, const Properties& properties, const std::stop_token& stop) {
  const GstVideoInfo info = info_of(picture.picture);
  const bool deep = GST_VIDEO_INFO_COMP_DEPTH(&info, 0) > 8;
  const char* const rgba = G_BYTE_ORDER == G_LITTLE_ENDIAN ? "RGBA64_LE" : "RGBA64_BE";
  const Element pipeline =
      parse_pipeline(std::string("appsrc name=source ! videoscale ! capsfilter name=size ! videoconvert ! "
                                 "video/x-raw,format={I420,Y444,RGB") +
                     (deep ? ",I420_10LE,I422_10LE,Y444_10LE,I420_12LE,I422_12LE,Y444_12LE,GRAY16_LE" : "") +
                     "} ! videoflip video-direction=" + picture.direction +
                     " ! videoconvert ! video/x-raw,format=" + (deep ? rgba : "RGB") + " ! colorize name=colorize ! " +
                     (deep ? "" : "pngenc ! ") + "appsink name=sink");
  const cv::Size size = size_of(picture);
  g_object_set(element_of(pipeline.get(), "size"), "caps", caps_of(picture, size).get(), nullptr);
  set_properties(element_of(pipeline.get(), "colorize"), properties);
  const Sample made =
      convert(pipeline.get(), gst_sample_get_buffer(picture.picture), gst_sample_get_caps(picture.picture), stop);
  if (!deep) return bytes_of(made.get());
  cv::Mat pixels(size.height, size.width, CV_16UC4);
  gst_buffer_extract(gst_sample_get_buffer(made.get()), 0, pixels.data, pixels.total() * pixels.elemSize());
  return png_of({pixels, false});
}

}  // namespace colorize::command
