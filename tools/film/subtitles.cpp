// SPDX-License-Identifier: LGPL-2.1-or-later
#include "subtitles.h"

#include <array>
#include <cstring>

#include "common/failure.h"

namespace colorize::command {

/// The form that a container has text in; null where it has none.
static const AVCodec* encoder_for(const char* format) {
  if (std::strcmp(format, "mp4") == 0 || std::strcmp(format, "mov") == 0)
    return avcodec_find_encoder(AV_CODEC_ID_MOV_TEXT);
  if (std::strcmp(format, "webm") == 0) return avcodec_find_encoder(AV_CODEC_ID_WEBVTT);
  return std::strcmp(format, "matroska") == 0 ? avcodec_find_encoder(AV_CODEC_ID_SUBRIP) : nullptr;
}

bool SubtitleConverter::knows(const char* format, const AVStream& from) {
  const AVCodecDescriptor* const codec = avcodec_descriptor_get(from.codecpar->codec_id);
  return codec && codec->props & AV_CODEC_PROP_TEXT_SUB && avcodec_find_decoder(codec->id) && encoder_for(format);
}

static void open(AVCodecContext* context) {
  if (const int error = avcodec_open2(context, nullptr, nullptr); error < 0)
    throw Failure("subtitles cannot be brought into the container's form: " + av_words(error));
}

SubtitleConverter::SubtitleConverter(const char* format, const AVStream& from)
    : decoder_(context_of(avcodec_find_decoder(from.codecpar->codec_id))), encoder_(context_of(encoder_for(format))) {
  avcodec_parameters_to_context(decoder_.get(), from.codecpar);
  decoder_->pkt_timebase = from.time_base;
  open(decoder_.get());
  // The decoder's header says how what it gives looks; the encoder wants it with a 0 behind it.
  const int size = decoder_->subtitle_header_size;
  encoder_->subtitle_header = static_cast<std::uint8_t*>(av_mallocz(static_cast<std::size_t>(size) + 1));
  if (size > 0) std::memcpy(encoder_->subtitle_header, decoder_->subtitle_header, static_cast<std::size_t>(size));
  encoder_->subtitle_header_size = size;
  encoder_->time_base = {1, 1000};
  open(encoder_.get());
}

void SubtitleConverter::add_stream(const AvOutput& output, const AVStream& from) const {
  AVStream& stream = *output.add_stream();
  avcodec_parameters_from_context(stream.codecpar, encoder_.get());
  stream.time_base = from.time_base;
  stream.disposition = from.disposition;
  av_dict_copy(&stream.metadata, from.metadata, 0);
}

AvOwned<AVPacket> SubtitleConverter::convert(const AVPacket& packet) {
  AVSubtitle subtitle{};
  int there = 0;
  AvOwned<AVPacket> input(av_packet_clone(&packet));
  if (avcodec_decode_subtitle2(decoder_.get(), &subtitle, &there, input.get()) < 0 || !there) return nullptr;
  subtitle.start_display_time = 0;
  std::array<std::uint8_t, 1 << 16> bytes;
  const int size = avcodec_encode_subtitle(encoder_.get(), bytes.data(), static_cast<int>(bytes.size()), &subtitle);
  avsubtitle_free(&subtitle);
  if (size <= 0) return nullptr;
  AvOwned<AVPacket> output(av_packet_alloc());
  if (av_new_packet(output.get(), size) < 0) throw std::bad_alloc();
  std::memcpy(output->data, bytes.data(), static_cast<std::size_t>(size));
  av_packet_copy_props(output.get(), &packet);
  output->flags |= AV_PKT_FLAG_KEY;
  return output;
}

}  // namespace colorize::command
