// SPDX-License-Identifier: LGPL-2.1-or-later
#include "newstream.h"

extern "C" {
#include <libavcodec/bsf.h>
}

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "common/failure.h"
#include "light.h"
#include "streams.h"

namespace colorize::command {

namespace {

/// How libavformat calls what the pieces hold, and the form in which containers that keep parameters apart have it.
struct Codec {
  const char* caps;
  AVCodecID id;
  const char* form;
};
constexpr std::array codecs = {
    Codec{"video/x-h264", AV_CODEC_ID_H264, "video/x-h264,stream-format=avc,alignment=au"},
    Codec{"video/x-h265", AV_CODEC_ID_HEVC, "video/x-h265,stream-format=hvc1,alignment=au"},
    Codec{"video/x-vp9", AV_CODEC_ID_VP9, "video/x-vp9"},
    Codec{"video/x-av1", AV_CODEC_ID_AV1, "video/x-av1,stream-format=obu-stream,alignment=tu"},
    Codec{"video/x-ffv", AV_CODEC_ID_FFV1, "video/x-ffv"},
    Codec{"video/x-prores", AV_CODEC_ID_PRORES, "video/x-prores"},
    Codec{"video/x-dnxhd", AV_CODEC_ID_DNXHD, "video/x-dnxhd"},
    Codec{"video/x-theora", AV_CODEC_ID_THEORA, "video/x-theora"},
};

const Codec& codec_of(const GstCaps* caps) {
  const char* const name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  const auto codec = std::ranges::find_if(codecs, [&](const Codec& each) { return std::strcmp(each.caps, name) == 0; });
  if (codec == codecs.end()) throw Failure(std::string("libavformat's name is not known for ") + name);
  return *codec;
}

std::string bytes_of(GstBuffer* buffer) {
  std::string bytes(gst_buffer_get_size(buffer), '\0');
  gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
  return bytes;
}

/// What the decoder has to know before the first picture. Theora's three headers have their sizes before them.
std::string extradata(const GstStructure* caps) {
  if (const GValue* data = gst_structure_get_value(caps, "codec_data")) return bytes_of(gst_value_get_buffer(data));
  const GValue* const headers = gst_structure_get_value(caps, "streamheader");
  std::string all;
  for (guint i = 0; headers && i < gst_value_array_get_size(headers); ++i) {
    const std::string header = bytes_of(gst_value_get_buffer(gst_value_array_get_value(headers, i)));
    all += {static_cast<char>(header.size() >> 8), static_cast<char>(header.size())};
    all += header;
  }
  return all;
}

/// The same for AV1, of which GStreamer's parser leaves the sequence header in the first packet.
std::string extradata(GstBuffer* first, AVCodecID codec) {
  std::string all = bytes_of(first);
  AVBSFContext* filter = nullptr;
  if (av_bsf_alloc(av_bsf_get_by_name("extract_extradata"), &filter) < 0) return {};
  filter->par_in->codec_id = codec;
  const AvOwned<AVPacket> packet(av_packet_alloc());
  std::string found;
  if (av_bsf_init(filter) >= 0 && av_new_packet(packet.get(), static_cast<int>(all.size())) >= 0) {
    std::ranges::copy(all, packet->data);
    std::size_t size = 0;
    if (av_bsf_send_packet(filter, packet.get()) >= 0 && av_bsf_receive_packet(filter, packet.get()) >= 0)
      if (const auto* data = av_packet_get_side_data(packet.get(), AV_PKT_DATA_NEW_EXTRADATA, &size))
        found.assign(reinterpret_cast<const char*>(data), size);
  }
  av_bsf_free(&filter);
  return found;
}

AVPixelFormat pixel_format(const GstStructure* caps) {
  guint depth = 8;
  gst_structure_get_uint(caps, "bit-depth-luma", &depth);
  const char* const chroma = gst_structure_get_string(caps, "chroma-format");
  if (!chroma && gst_structure_has_name(caps, "video/x-prores")) return AV_PIX_FMT_YUV422P10;
  if (!chroma) return AV_PIX_FMT_NONE;
  const auto of_depth = [&](AVPixelFormat of_8, AVPixelFormat of_10, AVPixelFormat of_12) {
    return depth > 10 ? of_12 : depth > 8 ? of_10 : of_8;
  };
  if (std::strcmp(chroma, "4:4:4") == 0)
    return of_depth(AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10, AV_PIX_FMT_YUV444P12);
  if (std::strcmp(chroma, "4:2:2") == 0)
    return of_depth(AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10, AV_PIX_FMT_YUV422P12);
  return of_depth(AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10, AV_PIX_FMT_YUV420P12);
}

/// ProRes' kinds by their codes in QuickTime.
unsigned prores_tag(const GstStructure* caps) {
  const char* const variant = gst_structure_get_string(caps, "variant");
  for (const auto& [name, tag] : {std::pair("proxy", "apco"), {"lt", "apcs"}, {"hq", "apch"}, {"4444", "ap4h"}})
    if (variant && std::strcmp(variant, name) == 0) return MKTAG(tag[0], tag[1], tag[2], tag[3]);
  return MKTAG('a', 'p', 'c', 'n');
}

/// The same as MXF has it, from 0 for proxy on.
int prores_profile(const GstStructure* caps) {
  constexpr std::array variants{"proxy", "lt", "standard", "hq", "4444"};
  const char* const variant = gst_structure_get_string(caps, "variant");
  const auto found = std::ranges::find_if(
      variants, [&](const char* known) { return std::strcmp(known, variant ? variant : "standard") == 0; });
  return static_cast<int>(found - variants.begin());
}

/// Some encoders do not tell: then it is as in the film, whose pictures became Y'CbCr where they were not.
void set_colorimetry(AVCodecParameters& parameters, const GstStructure* caps, const AVCodecParameters& film) {
  GstVideoColorimetry colours;
  const char* const text = gst_structure_get_string(caps, "colorimetry");
  if (!text || !gst_video_colorimetry_from_string(&colours, text)) {
    parameters.color_primaries = film.color_primaries;
    parameters.color_trc = film.color_trc;
    if (film.color_space != AVCOL_SPC_RGB) parameters.color_space = film.color_space;
    return;
  }
  // Both have the numbers of ISO/IEC 23091-2.
  parameters.color_primaries = static_cast<AVColorPrimaries>(gst_video_color_primaries_to_iso(colours.primaries));
  parameters.color_trc =
      static_cast<AVColorTransferCharacteristic>(gst_video_transfer_function_to_iso(colours.transfer));
  parameters.color_space = static_cast<AVColorSpace>(gst_video_color_matrix_to_iso(colours.matrix));
  parameters.color_range = colours.range == GST_VIDEO_COLOR_RANGE_0_255 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

AVFieldOrder field_order(const GstStructure* caps) {
  const char* const mode = gst_structure_get_string(caps, "interlace-mode");
  if (!mode || std::strcmp(mode, "progressive") == 0) return AV_FIELD_PROGRESSIVE;
  const char* const order = gst_structure_get_string(caps, "field-order");
  if (order && std::strcmp(order, "top-field-first") == 0) return AV_FIELD_TT;
  if (order && std::strcmp(order, "bottom-field-first") == 0) return AV_FIELD_BB;
  return AV_FIELD_UNKNOWN;
}

AVRational fraction(const GstStructure* caps, const char* name) {
  AVRational value{0, 1};
  gst_structure_get_fraction(caps, name, &value.num, &value.den);
  return value;
}

/// What is true of a stream's new pictures as well.
void copy_tags(AVStream& to, const AVStream& from) {
  av_dict_copy(&to.metadata, from.metadata, 0);
  remove_statistics(to);
  to.disposition = from.disposition;
}

/// Fine enough for the frames of every common rate and for thousandths, and not too fine for ten hours in 32 bits.
constexpr AVRational picture_time_base{1, 120000};

}  // namespace

const char* form_apart(const GstCaps* stored) { return codec_of(stored).form; }

AVStream& add_pictures(const AvOutput& output, GstSample* first, const AVStream& source, const PlannedTrack& track) {
  const GstCaps* const caps = gst_sample_get_caps(first);
  AVStream& stream = *output.add_stream();
  AVCodecParameters& parameters = *stream.codecpar;
  const Codec& codec = codec_of(caps);
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  parameters.codec_type = AVMEDIA_TYPE_VIDEO;
  parameters.codec_id = codec.id;
  gst_structure_get_int(structure, "width", &parameters.width);
  gst_structure_get_int(structure, "height", &parameters.height);
  parameters.format = pixel_format(structure);
  parameters.field_order = field_order(structure);
  if (codec.id == AV_CODEC_ID_PRORES) {
    parameters.codec_tag = prores_tag(structure);
    parameters.profile = prores_profile(structure);
  }
  std::string bytes = extradata(structure);
  if (codec.id == AV_CODEC_ID_AV1 && bytes.empty()) bytes = extradata(gst_sample_get_buffer(first), codec.id);
  if (!bytes.empty()) set_extradata(parameters, bytes);
  set_colorimetry(parameters, structure, *source.codecpar);
  stream.sample_aspect_ratio = parameters.sample_aspect_ratio = fraction(structure, "pixel-aspect-ratio");
  stream.avg_frame_rate = stream.r_frame_rate = fraction(structure, "framerate");
  // AVI and MXF count frames.
  const bool is_counter =
      std::strcmp(output->oformat->name, "avi") == 0 || std::strcmp(output->oformat->name, "mxf") == 0;
  const bool counts = is_counter && stream.avg_frame_rate.num > 0;
  stream.time_base = counts ? av_inv_q(stream.avg_frame_rate) : picture_time_base;
  copy_tags(stream, source);
  copy_light(stream, source, track);
  return stream;
}

void remove_statistics(AVStream& stream) {
  const std::vector<std::string> of_the_old{"encoder",
                                            "DURATION",
                                            "BPS",
                                            "NUMBER_OF_FRAMES",
                                            "NUMBER_OF_BYTES",
                                            "_STATISTICS_TAGS",
                                            "_STATISTICS_WRITING_APP",
                                            "_STATISTICS_WRITING_DATE_UTC",
                                            "vendor_id"};
  for (const std::string& name : of_the_old)
    for (const char* suffix : {"", "-eng"}) av_dict_set(&stream.metadata, (name + suffix).c_str(), nullptr, 0);
}

}  // namespace colorize::command
