// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libavdecoder.h"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <gst/video/gstvideodecoder.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "common/failure.h"
#include "common/mapped.h"
#include "common/owned.h"
#include "sequence.h"

namespace colorize::command {

namespace {

/// Those that GStreamer 1.22 has a name for.
constexpr std::array named{
    AV_PIX_FMT_YUV420P,      AV_PIX_FMT_YUYV422,      AV_PIX_FMT_RGB24,        AV_PIX_FMT_BGR24,
    AV_PIX_FMT_YUV422P,      AV_PIX_FMT_YUV444P,      AV_PIX_FMT_YUV410P,      AV_PIX_FMT_YUV411P,
    AV_PIX_FMT_GRAY8,        AV_PIX_FMT_PAL8,         AV_PIX_FMT_YUVJ420P,     AV_PIX_FMT_YUVJ422P,
    AV_PIX_FMT_YUVJ444P,     AV_PIX_FMT_UYVY422,      AV_PIX_FMT_NV12,         AV_PIX_FMT_NV21,
    AV_PIX_FMT_ARGB,         AV_PIX_FMT_RGBA,         AV_PIX_FMT_ABGR,         AV_PIX_FMT_BGRA,
    AV_PIX_FMT_0RGB,         AV_PIX_FMT_RGB0,         AV_PIX_FMT_0BGR,         AV_PIX_FMT_BGR0,
    AV_PIX_FMT_GRAY16BE,     AV_PIX_FMT_GRAY16LE,     AV_PIX_FMT_YUVA420P,     AV_PIX_FMT_RGB565LE,
    AV_PIX_FMT_RGB555LE,     AV_PIX_FMT_GBRP,         AV_PIX_FMT_GBRAP,        AV_PIX_FMT_YUV420P10BE,
    AV_PIX_FMT_YUV420P10LE,  AV_PIX_FMT_YUV422P10BE,  AV_PIX_FMT_YUV422P10LE,  AV_PIX_FMT_YUV444P10BE,
    AV_PIX_FMT_YUV444P10LE,  AV_PIX_FMT_GBRP10BE,     AV_PIX_FMT_GBRP10LE,     AV_PIX_FMT_YUVA420P10BE,
    AV_PIX_FMT_YUVA420P10LE, AV_PIX_FMT_YUVA422P10BE, AV_PIX_FMT_YUVA422P10LE, AV_PIX_FMT_YUVA444P10BE,
    AV_PIX_FMT_YUVA444P10LE, AV_PIX_FMT_YUV420P12BE,  AV_PIX_FMT_YUV420P12LE,  AV_PIX_FMT_YUV422P12BE,
    AV_PIX_FMT_YUV422P12LE,  AV_PIX_FMT_YUV444P12BE,  AV_PIX_FMT_YUV444P12LE,  AV_PIX_FMT_GBRP12BE,
    AV_PIX_FMT_GBRP12LE,     AV_PIX_FMT_GBRAP10BE,    AV_PIX_FMT_GBRAP10LE,    AV_PIX_FMT_GBRAP12BE,
    AV_PIX_FMT_GBRAP12LE,
};

/// The format in which the pixels are handed out.
GstVideoFormat format_for(const AVPixFmtDescriptor& pixels, bool gray_as_rgb) {
  const int depth = pixels.comp[0].depth;
  if (pixels.flags & AV_PIX_FMT_FLAG_PAL) return GST_VIDEO_FORMAT_RGB;
  if (pixels.nb_components < 3 && gray_as_rgb) return depth > 8 ? GST_VIDEO_FORMAT_RGBA64_LE : GST_VIDEO_FORMAT_RGB;
  if (pixels.nb_components < 3) return depth > 8 ? GST_VIDEO_FORMAT_GRAY16_LE : GST_VIDEO_FORMAT_GRAY8;
  if (pixels.flags & AV_PIX_FMT_FLAG_RGB) return depth > 8 ? GST_VIDEO_FORMAT_RGBA64_LE : GST_VIDEO_FORMAT_RGB;
  if (depth > 12) return GST_VIDEO_FORMAT_Y444_16LE;
  if (depth > 10) return GST_VIDEO_FORMAT_Y444_12LE;
  return depth > 8 ? GST_VIDEO_FORMAT_Y444_10LE : GST_VIDEO_FORMAT_Y444;
}

/// Both libraries have the numbers of ISO/IEC 23091-2. What the picture does not say is as the format has it.
GstVideoColorimetry colorimetry_of(const AVFrame& picture, GstVideoFormat format) {
  GstVideoInfo usual;
  gst_video_info_set_format(&usual, format, static_cast<guint>(picture.width), static_cast<guint>(picture.height));
  GstVideoColorimetry colours = usual.colorimetry;
  const auto primaries = gst_video_color_primaries_from_iso(static_cast<guint>(picture.color_primaries));
  if (primaries != GST_VIDEO_COLOR_PRIMARIES_UNKNOWN) colours.primaries = primaries;
  const auto transfer = gst_video_transfer_function_from_iso(static_cast<guint>(picture.color_trc));
  // Of R'G'B' linear light is what DPX is said to have by programs that write any tones into it; of floating-point
  // numbers it is not left linear.
  const bool is_believed = transfer != GST_VIDEO_TRANSFER_GAMMA10 || GST_VIDEO_INFO_IS_YUV(&usual);
  if (transfer != GST_VIDEO_TRANSFER_UNKNOWN && is_believed) colours.transfer = transfer;
  const auto matrix = gst_video_color_matrix_from_iso(static_cast<guint>(picture.colorspace));
  if (matrix != GST_VIDEO_COLOR_MATRIX_UNKNOWN && GST_VIDEO_INFO_IS_YUV(&usual)) colours.matrix = matrix;
  if (picture.color_range != AVCOL_RANGE_UNSPECIFIED && !GST_VIDEO_INFO_IS_RGB(&usual))
    colours.range =
        picture.color_range == AVCOL_RANGE_JPEG ? GST_VIDEO_COLOR_RANGE_0_255 : GST_VIDEO_COLOR_RANGE_16_235;
  return colours;
}

/// How codes of a depth become codes of another that is as large or larger.
struct Raise {
  int by;
  bool repeat;
  int depth;

  unsigned operator()(unsigned code) const {
    if (!repeat) return code << by;
    unsigned raised = code << by;
    for (int i = depth; i < depth + by; i += depth) raised |= code << by >> i;
    return raised;
  }
};

/// Of floating-point numbers, as the code of 16 bits that is nearest: what is brighter than white is white.
std::uint16_t code_of(float value) {
  return value > 0 ? static_cast<std::uint16_t>(std::lround(std::min(value, 1.0F) * 65535)) : std::uint16_t{0};
}

bool is_float(const AVPixFmtDescriptor& pixels) { return pixels.flags & AV_PIX_FMT_FLAG_FLOAT; }

/// A row of a component's codes.
void read_row(const AVFrame& picture, const AVPixFmtDescriptor& pixels, int c, int y, int width,
              std::vector<std::uint16_t>& codes) {
  const std::uint8_t* planes[4] = {picture.data[0], picture.data[1], picture.data[2], picture.data[3]};
  const bool has_palette = pixels.flags & AV_PIX_FMT_FLAG_PAL;
  if (!is_float(pixels)) {
    av_read_image_line2(codes.data(), planes, picture.linesize, &pixels, 0, y,
                        has_palette || pixels.nb_components < 3 ? 0 : c, width, 0, sizeof codes[0]);
    for (std::uint16_t& code : codes) {
      if (picture.format == AV_PIX_FMT_MONOWHITE) code ^= 1;
      std::uint32_t colour = 0;
      if (has_palette) std::memcpy(&colour, planes[1] + 4 * (code & 0xFF), sizeof colour);
      if (has_palette) code = colour >> (16 - 8 * c) & 0xFF;
    }
    return;
  }
  std::vector<std::uint32_t> bits(static_cast<std::size_t>(width));
  av_read_image_line2(bits.data(), planes, picture.linesize, &pixels, 0, y, pixels.nb_components < 3 ? 0 : c, width, 0,
                      sizeof bits[0]);
  std::ranges::transform(bits, codes.begin(), [](std::uint32_t value) { return code_of(std::bit_cast<float>(value)); });
}

/// Writes what libavcodec has decoded. Chroma that is not there for each pixel is repeated.
void copy_pixels(const AVFrame& picture, const AVPixFmtDescriptor& pixels, const GstVideoFrame& into) {
  const int width = GST_VIDEO_FRAME_WIDTH(&into), height = GST_VIDEO_FRAME_HEIGHT(&into);
  const bool is_yuv = GST_VIDEO_INFO_IS_YUV(&into.info), has_palette = pixels.flags & AV_PIX_FMT_FLAG_PAL;
  const bool has_one = has_palette || pixels.nb_components < 3;
  const bool is_full = into.info.colorimetry.range != GST_VIDEO_COLOR_RANGE_16_235;
  std::vector<std::uint16_t> samples(static_cast<std::size_t>(width));
  for (int c = 0; c < static_cast<int>(GST_VIDEO_FRAME_N_COMPONENTS(&into)); ++c) {
    const bool is_opaque = c == 3;
    const int depth = is_opaque ? 0 : std::min(16, pixels.comp[has_one ? 0 : c].depth);
    const bool is_chroma = is_yuv && c > 0;
    const int across = is_chroma ? pixels.log2_chroma_w : 0, down = is_chroma ? pixels.log2_chroma_h : 0;
    const int step = GST_VIDEO_FRAME_COMP_PSTRIDE(&into, c);
    // The neutral code of chroma is in the middle, which repetition would shift.
    const Raise raise{static_cast<int>(GST_VIDEO_FRAME_COMP_DEPTH(&into, c)) - depth, is_full && !is_chroma, depth};
    for (int y = 0; y < height; ++y) {
      if (is_opaque)
        std::ranges::fill(samples, std::uint16_t{0xFFFF});
      else
        read_row(picture, pixels, c, y >> down, AV_CEIL_RSHIFT(width, across), samples);
      auto* at =
          static_cast<std::uint8_t*>(GST_VIDEO_FRAME_COMP_DATA(&into, c)) + y * GST_VIDEO_FRAME_COMP_STRIDE(&into, c);
      for (int x = 0; x < width; ++x, at += step) {
        const unsigned code = samples[static_cast<std::size_t>(x >> across)];
        const auto raised = static_cast<std::uint16_t>(is_opaque ? code : raise(code));
        if (GST_VIDEO_FRAME_COMP_DEPTH(&into, c) > 8)
          std::memcpy(at, &raised, sizeof raised);
        else
          *at = static_cast<std::uint8_t>(raised);
      }
    }
  }
}

/// A GObject: nothing constructs it, all begins as zeros.
struct LibavDecoder {
  GstVideoDecoder parent;
  AVCodecContext* codec;
  AVFrame* picture;
  GstVideoCodecState* input;
  bool gray_as_rgb;
};

struct LibavDecoderClass {
  GstVideoDecoderClass parent;
};

LibavDecoder& self(void* object) { return *static_cast<LibavDecoder*>(object); }

GstFlowReturn hand_out(LibavDecoder& decoder) {
  GstVideoDecoder* const base = &decoder.parent;
  AVFrame& picture = *decoder.picture;
  GstVideoCodecFrame* const frame = gst_video_decoder_get_frame(base, static_cast<int>(picture.pts));
  if (!frame) return GST_FLOW_OK;
  const AVPixFmtDescriptor& pixels = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(picture.format));
  const GstVideoFormat format = format_for(pixels, decoder.gray_as_rgb && picture.color_range != AVCOL_RANGE_MPEG);
  GstVideoCodecState* state = gst_video_decoder_get_output_state(base);
  if (!state || state->info.width != picture.width || state->info.height != picture.height ||
      GST_VIDEO_INFO_FORMAT(&state->info) != format) {
    if (state) gst_video_codec_state_unref(state);
    state = gst_video_decoder_set_output_state(base, format, static_cast<guint>(picture.width),
                                               static_cast<guint>(picture.height), decoder.input);
    state->info.colorimetry = colorimetry_of(picture, format);
  }
  GstFlowReturn result = gst_video_decoder_allocate_output_frame(base, frame);
  if (result == GST_FLOW_OK) try {
      const Mapped into(frame->output_buffer, state->info, GST_MAP_WRITE, "a picture cannot be mapped");
      copy_pixels(picture, pixels, into.frame);
    } catch (const Failure&) {
      result = GST_FLOW_ERROR;
    }
  gst_video_codec_state_unref(state);
  if (result == GST_FLOW_OK) return gst_video_decoder_finish_frame(base, frame);
  gst_video_decoder_drop_frame(base, frame);
  return result;
}

GstFlowReturn receive(LibavDecoder& decoder) {
  GstFlowReturn result = GST_FLOW_OK;
  while (result == GST_FLOW_OK && avcodec_receive_frame(decoder.codec, decoder.picture) == 0)
    result = hand_out(decoder);
  return result;
}

gboolean start(GstVideoDecoder* base) {
  LibavDecoder& decoder = self(base);
  decoder.picture = av_frame_alloc();
  return decoder.codec && avcodec_open2(decoder.codec, decoder.codec->codec, nullptr) == 0;
}

gboolean stop(GstVideoDecoder* base) {
  LibavDecoder& decoder = self(base);
  av_frame_free(&decoder.picture);
  avcodec_free_context(&decoder.codec);
  g_clear_pointer(&decoder.input, gst_video_codec_state_unref);
  return TRUE;
}

/// Any: the usual answer asks what comes behind, which here says nothing of what comes before.
GstCaps* caps_taken(GstVideoDecoder*, GstCaps* filter) { return filter ? gst_caps_ref(filter) : gst_caps_new_any(); }

gboolean set_format(GstVideoDecoder* base, GstVideoCodecState* state) {
  LibavDecoder& decoder = self(base);
  g_clear_pointer(&decoder.input, gst_video_codec_state_unref);
  decoder.input = gst_video_codec_state_ref(state);
  return TRUE;
}

GstFlowReturn handle_frame(GstVideoDecoder* base, GstVideoCodecFrame* frame) {
  LibavDecoder& decoder = self(base);
  const AvOwned<AVPacket> packet(av_packet_alloc());
  const gsize size = gst_buffer_get_size(frame->input_buffer);
  bool taken = av_new_packet(packet.get(), static_cast<int>(size)) == 0;
  if (taken) {
    gst_buffer_extract(frame->input_buffer, 0, packet->data, size);
    packet->pts = frame->system_frame_number;
    // Of PNG those that are no keyframes are added to the picture before.
    if (!GST_BUFFER_FLAG_IS_SET(frame->input_buffer, GST_BUFFER_FLAG_DELTA_UNIT)) packet->flags |= AV_PKT_FLAG_KEY;
    taken = avcodec_send_packet(decoder.codec, packet.get()) == 0;
  }
  // A damaged frame is missed at the end, when the result is looked at.
  if (!taken) return gst_video_decoder_drop_frame(base, frame);
  gst_video_codec_frame_unref(frame);
  return receive(decoder);
}

GstFlowReturn drain(GstVideoDecoder* base) {
  LibavDecoder& decoder = self(base);
  avcodec_send_packet(decoder.codec, nullptr);
  const GstFlowReturn result = receive(decoder);
  avcodec_flush_buffers(decoder.codec);
  return result;
}

gboolean flush(GstVideoDecoder* base) {
  if (self(base).codec) avcodec_flush_buffers(self(base).codec);
  return TRUE;
}

void add_pad(GstElementClass* element, const char* name, GstPadDirection direction, GstCaps* caps) {
  gst_element_class_add_pad_template(element, gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
}

void init_class(void* klass, void*) {
  auto* const decoder = static_cast<GstVideoDecoderClass*>(klass);
  decoder->start = start;
  decoder->stop = stop;
  decoder->getcaps = caps_taken;
  decoder->set_format = set_format;
  decoder->handle_frame = handle_frame;
  decoder->drain = drain;
  decoder->finish = drain;
  decoder->flush = flush;
  auto* const element = static_cast<GstElementClass*>(klass);
  gst_element_class_set_static_metadata(element, "Decoder by libavcodec", "Codec/Decoder/Video",
                                        "Decodes into formats that GStreamer has, whatever libavcodec's own",
                                        "colorize");
  add_pad(element, "sink", GST_PAD_SINK, gst_caps_new_any());
  add_pad(element, "src", GST_PAD_SRC, gst_caps_new_empty_simple("video/x-raw"));
}

}  // namespace

bool needs_own_decoder(GstCaps* caps, AVPixelFormat pixels) {
  if (gst_structure_has_name(gst_caps_get_structure(caps, 0), sequence_caps)) return true;
  const bool is_animation = gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-rle");
  if (is_animation && pixels != AV_PIX_FMT_NONE) return pixels != AV_PIX_FMT_PAL8;
  if (pixels == AV_PIX_FMT_NONE || std::ranges::find(named, pixels) != named.end()) return false;
  GList* const all = gst_element_factory_list_get_elements(
      GST_ELEMENT_FACTORY_TYPE_DECODER | GST_ELEMENT_FACTORY_TYPE_MEDIA_ANY, GST_RANK_MARGINAL);
  GList* const fitting = gst_element_factory_list_filter(all, caps, GST_PAD_SINK, FALSE);  // the best first
  const char* const plugin = fitting ? gst_plugin_feature_get_plugin_name(GST_PLUGIN_FEATURE(fitting->data)) : nullptr;
  const bool is_by_libav = plugin && std::strcmp(plugin, "libav") == 0;
  gst_plugin_feature_list_free(fitting);
  gst_plugin_feature_list_free(all);
  return is_by_libav;
}

void register_libav_decoder() {
  static const GType type =
      g_type_register_static_simple(GST_TYPE_VIDEO_DECODER, "ColorizeLibavDecoder", sizeof(LibavDecoderClass),
                                    init_class, sizeof(LibavDecoder), nullptr, GTypeFlags{});
  gst_element_register(nullptr, "colorize-libav", GST_RANK_NONE, type);
}

void set_parameters(GstElement* decoder, const AVCodecParameters& parameters, bool gray_as_rgb) {
  self(decoder).gray_as_rgb = gray_as_rgb;
  const AVCodec* const codec = avcodec_find_decoder(parameters.codec_id);
  if (!codec) throw Failure("libavcodec has no decoder for its pictures here");
  AVCodecContext*& context = self(decoder).codec;
  context = avcodec_alloc_context3(codec);
  if (!context || avcodec_parameters_to_context(context, &parameters) < 0) throw std::bad_alloc();
  // Light becomes tones, as screens have them, and only those that are no floating-point numbers are so already.
  if (parameters.codec_id == AV_CODEC_ID_EXR) av_opt_set(context->priv_data, "apply_trc", "iec61966_2_1", 0);
  // Threads that take a frame each would hand frames out late.
  context->thread_type = FF_THREAD_SLICE;
  context->thread_count = 4;
}

}  // namespace colorize::command
