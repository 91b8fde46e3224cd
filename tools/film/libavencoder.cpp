// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libavencoder.h"

#include <gst/video/gstvideoencoder.h>

extern "C" {
#include <libavutil/opt.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "common/failure.h"
#include "common/mapped.h"
#include "common/words.h"
#include "libav.h"
#include "slices.h"

namespace colorize::command {

namespace {

/// What one of the elements makes of shallow pictures, of 8 bits, and of deep ones; FFV1 takes each as it is.
struct LibavMaking {
  const char* element;
  AVCodecID codec;
  const char *taken, *made;  ///< caps
  AVPixelFormat shallow, deep;
  const char *option, *shallow_value, *deep_value;  ///< of the encoder's
};

constexpr const char* of_rgb = "video/x-raw,format={RGB,RGBA64_LE}";
constexpr std::array makings = {
    LibavMaking{"colorize-png", AV_CODEC_ID_PNG, of_rgb, "image/png", AV_PIX_FMT_RGB24, AV_PIX_FMT_RGB48BE, "pred",
                "mixed", "mixed"},
    LibavMaking{"colorize-tiff", AV_CODEC_ID_TIFF, of_rgb, "image/tiff", AV_PIX_FMT_RGB24, AV_PIX_FMT_RGB48LE,
                "compression_algo", "lzw", "lzw"},
    LibavMaking{"colorize-dpx", AV_CODEC_ID_DPX, of_rgb, "image/x-dpx", AV_PIX_FMT_RGB24, AV_PIX_FMT_RGB48BE, nullptr,
                nullptr, nullptr},
    LibavMaking{"colorize-exr", AV_CODEC_ID_EXR, of_rgb, "image/x-exr", AV_PIX_FMT_GBRPF32, AV_PIX_FMT_GBRPF32,
                "compression", "zip16", "zip16"},
    LibavMaking{"colorize-ffv1", AV_CODEC_ID_FFV1,
                "video/x-raw,format={I420,Y42B,Y444,I420_10LE,I422_10LE,Y444_10LE,I420_12LE,I422_12LE,Y444_12LE,"
                "Y444_16LE}",
                "video/x-ffv,ffversion=1", AV_PIX_FMT_NONE, AV_PIX_FMT_NONE, "slicecrc", "1", "1"},
    LibavMaking{"colorize-dnxhr", AV_CODEC_ID_DNXHD, "video/x-raw,format={Y42B,I422_10LE}", "video/x-dnxhd",
                AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10LE, "profile", "dnxhr_hq", "dnxhr_hqx"},
};

constexpr std::array<std::pair<GstVideoFormat, AVPixelFormat>, 10> pixels_as_they_are{{
    {GST_VIDEO_FORMAT_I420, AV_PIX_FMT_YUV420P},
    {GST_VIDEO_FORMAT_Y42B, AV_PIX_FMT_YUV422P},
    {GST_VIDEO_FORMAT_Y444, AV_PIX_FMT_YUV444P},
    {GST_VIDEO_FORMAT_I420_10LE, AV_PIX_FMT_YUV420P10LE},
    {GST_VIDEO_FORMAT_I422_10LE, AV_PIX_FMT_YUV422P10LE},
    {GST_VIDEO_FORMAT_Y444_10LE, AV_PIX_FMT_YUV444P10LE},
    {GST_VIDEO_FORMAT_I420_12LE, AV_PIX_FMT_YUV420P12LE},
    {GST_VIDEO_FORMAT_I422_12LE, AV_PIX_FMT_YUV422P12LE},
    {GST_VIDEO_FORMAT_Y444_12LE, AV_PIX_FMT_YUV444P12LE},
    {GST_VIDEO_FORMAT_Y444_16LE, AV_PIX_FMT_YUV444P16LE},
}};

/// A GObject: nothing constructs it, all begins as zeros.
struct LibavEncoder {
  GstVideoEncoder parent;
  AVCodecContext* codec;
  GstVideoCodecState* input;
};

struct LibavEncoderClass {
  GstVideoEncoderClass parent;
  const LibavMaking* making;
};

LibavEncoder& self(void* object) { return *static_cast<LibavEncoder*>(object); }

const LibavMaking& making_of(void* object) {
  return *reinterpret_cast<LibavEncoderClass*>(G_OBJECT_GET_CLASS(object))->making;
}

bool is_deep(const GstVideoInfo& info) { return GST_VIDEO_INFO_COMP_DEPTH(&info, 0) > 8; }

AVPixelFormat pixels_of(const LibavMaking& making, const GstVideoInfo& info) {
  if (making.shallow != AV_PIX_FMT_NONE) return is_deep(info) ? making.deep : making.shallow;
  return std::ranges::find(pixels_as_they_are, GST_VIDEO_INFO_FORMAT(&info),
                           &std::pair<GstVideoFormat, AVPixelFormat>::first)
      ->second;
}

/// Linear light of the codes of 16 bits, which are tones of sRGB wherever they come from: so they are read from EXR.
const std::vector<float>& light_of_codes() {
  static const std::vector<float> light = [] {
    constexpr int most = 65535;
    std::vector<float> all;
    for (int code = 0; code <= most; ++code) {
      const double tone = static_cast<double>(code) / most;
      all.push_back(static_cast<float>(gst_video_transfer_function_decode(GST_VIDEO_TRANSFER_SRGB, tone)));
    }
    return all;
  }();
  return light;
}

gboolean stop(GstVideoEncoder* base) {
  LibavEncoder& encoder = self(base);
  avcodec_free_context(&encoder.codec);
  g_clear_pointer(&encoder.input, gst_video_codec_state_unref);
  return TRUE;
}

/// Both libraries have the numbers of ISO/IEC 23091-2.
void say_colours(AVCodecContext& codec, const GstVideoColorimetry& colours) {
  codec.color_primaries = static_cast<AVColorPrimaries>(gst_video_color_primaries_to_iso(colours.primaries));
  codec.color_trc = static_cast<AVColorTransferCharacteristic>(gst_video_transfer_function_to_iso(colours.transfer));
  codec.colorspace = static_cast<AVColorSpace>(gst_video_color_matrix_to_iso(colours.matrix));
}

gboolean set_format(GstVideoEncoder* base, GstVideoCodecState* state) {
  stop(base);
  LibavEncoder& encoder = self(base);
  const LibavMaking& making = making_of(base);
  const GstVideoInfo& info = state->info;
  const AVCodec* const codec = avcodec_find_encoder(making.codec);
  if (!codec || !(encoder.codec = avcodec_alloc_context3(codec))) return FALSE;
  AVCodecContext& context = *encoder.codec;
  context.width = info.width;
  context.height = info.height;
  context.time_base = {1, 1000};  // each frame is for itself
  if (info.fps_n > 0) context.time_base = {info.fps_d, info.fps_n};
  context.sample_aspect_ratio = {info.par_n, info.par_d};
  context.pix_fmt = pixels_of(making, info);
  if (making.codec == AV_CODEC_ID_FFV1) {
    context.level = 3;
    context.gop_size = 1;
    context.slices = slices_of(info.width, info.height);
  }
  if (GST_VIDEO_INFO_IS_YUV(&info)) say_colours(context, info.colorimetry);
  context.thread_type = FF_THREAD_SLICE;
  context.thread_count = 4;
  if (making.option)
    av_opt_set(&context, making.option, is_deep(info) ? making.deep_value : making.shallow_value,
               AV_OPT_SEARCH_CHILDREN);
  if (const int error = avcodec_open2(&context, codec, nullptr); error < 0) {
    const std::string size = sides(info.width, info.height);
    const char* const least = making.codec == AV_CODEC_ID_DNXHD ? "; DNxHR has 256x120 at least" : "";
    GST_ELEMENT_ERROR(base, STREAM, ENCODE,
                      ("libavcodec does not encode pictures of %s: %s%s", size.c_str(), av_words(error).c_str(), least),
                      (nullptr));
    return FALSE;
  }
  encoder.input = gst_video_codec_state_ref(state);
  GstCaps* const caps = gst_caps_from_string(making.made);
  if (making.codec == AV_CODEC_ID_DNXHD)
    gst_caps_set_simple(caps, "chroma-format", G_TYPE_STRING, "4:2:2", "bit-depth-luma", G_TYPE_UINT,
                        is_deep(info) ? 10U : 8U, nullptr);
  if (context.extradata_size > 0) {
    const Buffer head(gst_buffer_new_memdup(context.extradata, static_cast<gsize>(context.extradata_size)));
    gst_caps_set_simple(caps, "codec_data", GST_TYPE_BUFFER, head.get(), nullptr);
  }
  gst_video_codec_state_unref(gst_video_encoder_set_output_state(base, caps, state));
  return TRUE;
}

/// 16 bits of each of R'G'B' out of as many with alpha, in the order of bytes that the file has.
void copy_deep(const std::uint8_t* from, std::uint8_t* to, int width, bool swaps) {
  for (int x = 0; x < width; ++x, from += 8)
    for (int c = 0; c < 3; ++c, to += 2) {
      to[swaps ? 1 : 0] = from[2 * c];
      to[swaps ? 0 : 1] = from[2 * c + 1];
    }
}

/// Linear light of R'G'B' of 8 or 16 bits.
void copy_light(const GstVideoFrame& from, AVFrame& to) {
  const std::vector<float>& light = light_of_codes();
  constexpr std::array plane_of{2, 0, 1};  // of R, G and B
  const bool is_deep_rgb = is_deep(from.info);
  const auto stride = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PSTRIDE(&from, 0));
  const auto width = static_cast<std::size_t>(to.width);
  for (int y = 0; y < to.height; ++y) {
    const auto* const row = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&from, 0)) +
                            y * GST_VIDEO_FRAME_PLANE_STRIDE(&from, 0);
    for (std::size_t c = 0; c < plane_of.size(); ++c) {
      const auto plane = static_cast<std::size_t>(plane_of[c]);
      auto* const into = reinterpret_cast<float*>(to.data[plane] + y * to.linesize[plane]);
      for (std::size_t x = 0; x < width; ++x) {
        const std::uint8_t* const sample = row + x * stride + (is_deep_rgb ? 2 : 1) * c;
        into[x] = light[is_deep_rgb ? sample[0] | std::size_t{sample[1]} << 8 : sample[0] * std::size_t{257}];
      }
    }
  }
}

/// A frame of two fields, which FFV1 says of each.
void say_fields(const GstBuffer& buffer, const GstVideoInfo& info, AVFrame& picture) {
  if (!GST_VIDEO_INFO_IS_INTERLACED(&info)) return;
  const bool is_mixed = GST_VIDEO_INFO_INTERLACE_MODE(&info) == GST_VIDEO_INTERLACE_MODE_MIXED;
  if (is_mixed && !GST_BUFFER_FLAG_IS_SET(&buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED)) return;
  const bool is_top_first = GST_BUFFER_FLAG_IS_SET(&buffer, GST_VIDEO_BUFFER_FLAG_TFF) ||
                            GST_VIDEO_INFO_FIELD_ORDER(&info) == GST_VIDEO_FIELD_ORDER_TOP_FIELD_FIRST;
#ifdef AV_FRAME_FLAG_INTERLACED
  picture.flags |= AV_FRAME_FLAG_INTERLACED | (is_top_first ? AV_FRAME_FLAG_TOP_FIELD_FIRST : 0);
#else
  picture.interlaced_frame = 1;
  picture.top_field_first = is_top_first;
#endif
}

void copy_picture(const GstVideoFrame& from, AVFrame& to) {
  const bool is_deep_rgb = GST_VIDEO_FRAME_FORMAT(&from) == GST_VIDEO_FORMAT_RGBA64_LE;
  for (guint plane = 0; plane < GST_VIDEO_FRAME_N_PLANES(&from); ++plane) {
    const auto* in = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&from, plane));
    std::uint8_t* into = to.data[plane];
    const int width = GST_VIDEO_FRAME_COMP_WIDTH(&from, plane), height = GST_VIDEO_FRAME_COMP_HEIGHT(&from, plane);
    const auto bytes =
        static_cast<std::size_t>(width) * static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_PSTRIDE(&from, plane));
    for (int y = 0; y < height; ++y, in += GST_VIDEO_FRAME_PLANE_STRIDE(&from, plane), into += to.linesize[plane]) {
      if (is_deep_rgb)
        copy_deep(in, into, width, to.format == AV_PIX_FMT_RGB48BE);
      else
        std::memcpy(into, in, bytes);
    }
  }
}

/// The encoded picture. Throws Failure.
AvOwned<AVPacket> encoded(LibavEncoder& encoder, GstVideoCodecFrame& frame) {
  AVCodecContext& context = *encoder.codec;
  const AvOwned<AVFrame> picture(av_frame_alloc());
  if (!picture) throw std::bad_alloc();
  picture->format = context.pix_fmt;
  picture->width = context.width;
  picture->height = context.height;
  picture->pts = frame.system_frame_number;
  if (av_frame_get_buffer(picture.get(), 0) < 0) throw std::bad_alloc();
  const Mapped mapped(frame.input_buffer, encoder.input->info, GST_MAP_READ, "a picture cannot be mapped");
  context.pix_fmt == AV_PIX_FMT_GBRPF32 ? copy_light(mapped.frame, *picture) : copy_picture(mapped.frame, *picture);
  say_fields(*frame.input_buffer, encoder.input->info, *picture);
  AvOwned<AVPacket> packet(av_packet_alloc());
  int result = avcodec_send_frame(&context, picture.get());
  if (result >= 0) result = avcodec_receive_packet(&context, packet.get());
  if (result < 0) throw Failure("libavcodec cannot encode a picture: " + av_words(result));
  return packet;
}

GstFlowReturn handle_frame(GstVideoEncoder* base, GstVideoCodecFrame* frame) try {
  const AvOwned<AVPacket> packet = encoded(self(base), *frame);
  frame->output_buffer = gst_buffer_new_memdup(packet->data, static_cast<gsize>(packet->size));
  GST_VIDEO_CODEC_FRAME_SET_SYNC_POINT(frame);
  return gst_video_encoder_finish_frame(base, frame);
} catch (const std::exception& error) {
  GST_ELEMENT_ERROR(base, STREAM, ENCODE, ("%s", error.what()), (nullptr));
  return GST_FLOW_ERROR;
}

void add_pad(GstElementClass* element, const char* name, GstPadDirection direction, const char* caps) {
  const Caps parsed(gst_caps_from_string(caps));
  gst_element_class_add_pad_template(element, gst_pad_template_new(name, direction, GST_PAD_ALWAYS, parsed.get()));
}

void init_class(void* klass, void* data) {
  const LibavMaking& making = *static_cast<const LibavMaking*>(data);
  static_cast<LibavEncoderClass*>(klass)->making = &making;
  auto* const encoder = static_cast<GstVideoEncoderClass*>(klass);
  encoder->set_format = set_format;
  encoder->handle_frame = handle_frame;
  encoder->stop = stop;
  auto* const element = static_cast<GstElementClass*>(klass);
  gst_element_class_set_static_metadata(element, "Encoder by libavcodec", "Codec/Encoder/Video",
                                        "Encodes what GStreamer's encoders do not take", "colorize");
  add_pad(element, "sink", GST_PAD_SINK, making.taken);
  add_pad(element, "src", GST_PAD_SRC, making.made);
}

}  // namespace

std::pair<int, int> least_sides(const std::string& element) {
  return element == "colorize-dnxhr" ? std::pair(256, 120) : std::pair(1, 1);
}

std::string libavcodec_version() { return std::string("libavcodec ") + av_version_info(); }

void register_libav_encoders() {
  static std::once_flag once;
  std::call_once(once, [] {
    for (const LibavMaking& making : makings) {
      if (!avcodec_find_encoder(making.codec)) continue;
      const GTypeInfo info{sizeof(LibavEncoderClass), nullptr, nullptr, init_class, nullptr, &making,
                           sizeof(LibavEncoder),      0,       nullptr, nullptr};
      std::string name = std::string("Colorize") + making.element;
      const GType type = g_type_register_static(GST_TYPE_VIDEO_ENCODER, name.c_str(), &info, GTypeFlags{});
      gst_element_register(nullptr, making.element, GST_RANK_NONE, type);
    }
  });
}

}  // namespace colorize::command
