// SPDX-License-Identifier: LGPL-2.1-or-later
#include "streams.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "common/failure.h"

namespace colorize::command {

bool is_moving_picture(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(stream.disposition & AV_DISPOSITION_ATTACHED_PIC);
}

bool is_told_elsewhere(const AVStream& stream) {
  return stream.codecpar->codec_type == AVMEDIA_TYPE_DATA &&
         (stream.codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd') ||
          (stream.codecpar->codec_id == AV_CODEC_ID_BIN_DATA &&
           stream.codecpar->codec_tag == MKTAG('t', 'e', 'x', 't')));
}

bool holds_chapters(const Container& container) {
  const std::string format = container.format;
  return format == "matroska" || format == "webm" || format == "mp4" || format == "mov" || format == "ogg";
}

/// What a transport stream has a name for (ISO/IEC 13818-1, ETSI EN 300 468). The muxer takes anything, as private data
/// that nobody reads.
static bool has_name_in_transport_stream(AVCodecID codec) {
  constexpr std::array named{AV_CODEC_ID_MP2,          AV_CODEC_ID_MP3,       AV_CODEC_ID_AAC,
                             AV_CODEC_ID_AAC_LATM,     AV_CODEC_ID_AC3,       AV_CODEC_ID_EAC3,
                             AV_CODEC_ID_DTS,          AV_CODEC_ID_TRUEHD,    AV_CODEC_ID_OPUS,
                             AV_CODEC_ID_S302M,        AV_CODEC_ID_SMPTE_KLV, AV_CODEC_ID_DVB_SUBTITLE,
                             AV_CODEC_ID_DVB_TELETEXT, AV_CODEC_ID_TIMED_ID3, AV_CODEC_ID_HDMV_PGS_SUBTITLE};
  return std::ranges::find(named, codec) != named.end();
}

/// What QuickTime's muxer takes because WAV has it, but without the size of its blocks, which decoders need.
static bool needs_size_of_blocks(AVCodecID codec) {
  constexpr std::array needing{AV_CODEC_ID_WMAV1,       AV_CODEC_ID_WMAV2,    AV_CODEC_ID_WMAPRO,
                               AV_CODEC_ID_WMALOSSLESS, AV_CODEC_ID_WMAVOICE, AV_CODEC_ID_ATRAC3};
  return std::ranges::find(needing, codec) != needing.end();
}

/// AVI knows no times of sound, but one length for each packet, or for so many bytes. Of codecs without either its
/// muxer writes some other unit, by which players find no right times.
static bool has_length_in_avi(const AVStream& written) {
  constexpr AVRational shorter_than_packets{1, 1000};
  const AVCodecParameters& sound = *written.codecpar;
  if (sound.codec_type != AVMEDIA_TYPE_AUDIO || sound.block_align > 0) return true;
  return av_get_bits_per_sample(sound.codec_id) > 0 || av_cmp_q(written.time_base, shorter_than_packets) > 0;
}

bool takes(const char* format, const AVStream& stream, const AVPacket* first) try {
  if (std::strcmp(format, "mpegts") == 0 && !has_name_in_transport_stream(stream.codecpar->codec_id)) return false;
  // Of MXF, whose muxer begins with pictures, no trial without any would tell.
  if (std::strcmp(format, "mxf") == 0)
    return (stream.codecpar->codec_id == AV_CODEC_ID_PCM_S16LE || stream.codecpar->codec_id == AV_CODEC_ID_PCM_S24LE) &&
           stream.codecpar->sample_rate == 48000;
  // MP4 has a place for the measurements of one maker's cameras, and its muxer puts any data there.
  const bool is_mp4 = std::strcmp(format, "mp4") == 0 || std::strcmp(format, "mov") == 0;
  if (is_mp4 && stream.codecpar->codec_id == AV_CODEC_ID_BIN_DATA &&
      stream.codecpar->codec_tag != MKTAG('g', 'p', 'm', 'd'))
    return false;
  if (is_mp4 && needs_size_of_blocks(stream.codecpar->codec_id)) return false;
  // AVI has streams of pictures, sound and text alone, and its muxer fails later.
  if (std::strcmp(format, "avi") == 0 && stream.codecpar->codec_type == AVMEDIA_TYPE_DATA) return false;
  // Other muxers pass over attachments without a word.
  if (stream.codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT && std::strcmp(format, "matroska") != 0) return false;
  const AvOutput trial(format);
  add_copied(trial, stream);
  trial.write_header();
  if (std::strcmp(format, "avi") == 0 && !has_length_in_avi(*trial->streams[0])) return false;
  const AvOwned<AVPacket> packet(first ? av_packet_clone(first) : nullptr);
  if (packet) {
    packet->stream_index = 0;
    packet->pts = packet->dts = 0;
    trial.write(packet.get());
  }
  return true;
} catch (const Failure&) {
  return false;
}

void add_copied(const AvOutput& output, const AVStream& stream) {
  AVStream& copy = *output.add_stream();
  if (avcodec_parameters_copy(copy.codecpar, stream.codecpar) < 0) throw std::bad_alloc();
  copy.codecpar->codec_tag = 0;  // of the film's container
  copy.time_base = stream.time_base;
  copy.disposition = stream.disposition;
  copy.avg_frame_rate = stream.avg_frame_rate;
  copy.sample_aspect_ratio = stream.sample_aspect_ratio;
  av_dict_copy(&copy.metadata, stream.metadata, 0);
  const bool is_cover = stream.disposition & AV_DISPOSITION_ATTACHED_PIC;
  if (!is_cover || std::strcmp(output->oformat->name, "matroska") != 0) return;
  // There a cover is an attachment.
  copy.codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
  copy.disposition = 0;
  av_freep(&copy.codecpar->extradata);
  set_extradata(*copy.codecpar, std::string(reinterpret_cast<const char*>(stream.attached_pic.data),
                                            static_cast<std::size_t>(stream.attached_pic.size)));
  const bool is_png = stream.codecpar->codec_id == AV_CODEC_ID_PNG;
  av_dict_set(&copy.metadata, "filename", is_png ? "cover.png" : "cover.jpg", 0);
  av_dict_set(&copy.metadata, "mimetype", is_png ? "image/png" : "image/jpeg", 0);
}

std::optional<std::int64_t> nanoseconds(std::int64_t time, const AVStream& stream) {
  if (time == AV_NOPTS_VALUE) return std::nullopt;
  return av_rescale_q(time, stream.time_base, in_nanoseconds);
}

void set_extradata(AVCodecParameters& parameters, const std::string& bytes) {
  parameters.extradata = static_cast<std::uint8_t*>(av_mallocz(bytes.size() + AV_INPUT_BUFFER_PADDING_SIZE));
  parameters.extradata_size = static_cast<int>(bytes.size());
  std::ranges::copy(bytes, parameters.extradata);
}

}  // namespace colorize::command
