// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gstcolorizemask.h"

#include <gio/gio.h>
#include <gst/gst.h>
#include <gst/video/video.h>

#include <memory>

#include "excerpt.h"
#include "gstcolorizejson.h"

template <typename Type>
struct GstColorizeUnref {
  void operator()(Type* object) const { gst_object_unref(object); }
};
template <typename Type>
using GstColorizeOwned = std::unique_ptr<Type, GstColorizeUnref<Type>>;

static cv::Mat gst_colorize_copy_gray(GstSample* sample) {
  GstVideoInfo info;
  GstVideoFrame frame;
  if (!gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
      !gst_video_frame_map(&frame, &info, gst_sample_get_buffer(sample), GST_MAP_READ))
    return {};
  const cv::Mat mapped(GST_VIDEO_FRAME_HEIGHT(&frame), GST_VIDEO_FRAME_WIDTH(&frame), CV_8U,
                       GST_VIDEO_FRAME_PLANE_DATA(&frame, 0),
                       static_cast<std::size_t>(GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0)));
  const cv::Mat gray = mapped.clone();
  gst_video_frame_unmap(&frame);
  return gray;
}

static gboolean gst_colorize_is_image(GstElement*, GstPad*, GstCaps* caps, gpointer) {
  return g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps, 0)), "image/");
}

cv::Mat gst_colorize_decode_mask(const std::string& bytes, const std::string& where) {
  constexpr GstClockTime longest = 20 * GST_SECOND;
  GError* error = NULL;
  /* The picture is gray as it is, whatever transfer its file names; sizes that no mask needs are not taken. */
  const GstColorizeOwned<GstElement> pipeline(gst_parse_launch(
      "giostreamsrc name=source ! decodebin name=decoder ! video/x-raw,width=[1,16384],height=[1,16384] ! "
      "videoconvert ! video/x-raw,format=GRAY8,colorimetry=1:0:0:0 ! fakesink name=sink",
      &error));
  if (error) {
    const std::string why = error->message;
    g_error_free(error);
    gst_colorize_refuse(where, "no mask can be read: " + colorize::excerpt(why));
  }
  /* Pictures alone: no list that names other files, no film. */
  const GstColorizeOwned<GstElement> decoder(gst_bin_get_by_name(GST_BIN(pipeline.get()), "decoder"));
  g_signal_connect(decoder.get(), "autoplug-continue", G_CALLBACK(gst_colorize_is_image), NULL);
  GInputStream* stream = g_memory_input_stream_new_from_data(bytes.data(), static_cast<gssize>(bytes.size()), NULL);
  const GstColorizeOwned<GstElement> source(gst_bin_get_by_name(GST_BIN(pipeline.get()), "source"));
  g_object_set(source.get(), "stream", stream, NULL);
  g_object_unref(stream);
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
  const GstColorizeOwned<GstBus> bus(gst_element_get_bus(pipeline.get()));
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus.get(), longest, static_cast<GstMessageType>(GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  std::string why = "it is no picture that is decoded here";
  if (message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &error, NULL);
    why = error->message;
    g_error_free(error);
  }
  if (message) gst_message_unref(message);
  const GstColorizeOwned<GstElement> sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
  GstSample* sample = NULL;
  g_object_get(sink.get(), "last-sample", &sample, NULL);
  cv::Mat mask;
  if (sample) {
    mask = gst_colorize_copy_gray(sample);
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  if (mask.empty()) gst_colorize_refuse(where, "the mask cannot be read: " + colorize::excerpt(why));
  return mask;
}
