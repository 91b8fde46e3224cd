// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sound.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "common/failure.h"
#include "streams.h"

namespace colorize::command {

namespace {

/// Little endian, since that is what every container with PCM holds.
AVCodecID pcm_of(AVSampleFormat samples, int bits) {
  switch (av_get_packed_sample_fmt(samples)) {
    case AV_SAMPLE_FMT_U8:
      return AV_CODEC_ID_PCM_U8;
    case AV_SAMPLE_FMT_S16:
      return AV_CODEC_ID_PCM_S16LE;
    case AV_SAMPLE_FMT_FLT:
      return AV_CODEC_ID_PCM_F32LE;
    case AV_SAMPLE_FMT_DBL:
      return AV_CODEC_ID_PCM_F64LE;
    default:
      return bits > 0 && bits <= 24 ? AV_CODEC_ID_PCM_S24LE : AV_CODEC_ID_PCM_S32LE;
  }
}

int bits_of(const AVCodecParameters& sound) {
  return sound.bits_per_raw_sample ? sound.bits_per_raw_sample : sound.bits_per_coded_sample;
}

/// The best first.
std::vector<AVCodecID> codecs_for(const AVCodecParameters& sound) {
  std::vector<AVCodecID> codecs = {sound.codec_id};
  const AVCodecDescriptor* const codec = avcodec_descriptor_get(sound.codec_id);
  if (codec && codec->props & AV_CODEC_PROP_LOSSLESS && !(codec->props & AV_CODEC_PROP_LOSSY))
    codecs.insert(codecs.end(), {pcm_of(static_cast<AVSampleFormat>(sound.format), bits_of(sound)), AV_CODEC_ID_FLAC,
                                 AV_CODEC_ID_PCM_S24LE});
  codecs.insert(codecs.end(),
                {AV_CODEC_ID_AAC, AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS, AV_CODEC_ID_MP3, AV_CODEC_ID_PCM_S16LE});
  return codecs;
}

/// An encoder that is open, with as much of the sound's form as it can have; null where it opens with nothing.
AvOwned<AVCodecContext> encoder_of(AVCodecID codec, const AVCodecParameters& sound, const char* format) {
  constexpr int bits_per_second_and_channel = 96'000;  // where it is for the encoder to say what it wants, too little
  const AVCodec* const encoder = avcodec_find_encoder(codec);
  const auto own = static_cast<AVSampleFormat>(sound.format);
  if (!encoder) return nullptr;
  for (const AVSampleFormat samples :
       {own, av_get_alt_sample_fmt(own, !av_sample_fmt_is_planar(own)), AV_SAMPLE_FMT_FLTP, AV_SAMPLE_FMT_FLT,
        AV_SAMPLE_FMT_S32, AV_SAMPLE_FMT_S32P, AV_SAMPLE_FMT_S16, AV_SAMPLE_FMT_S16P})
    for (const int rate : {SoundConverter::rate_in(format, sound), 48000})
      for (const int channels : {0, sound.ch_layout.nb_channels, 2}) {
        AvOwned<AVCodecContext> context = context_of(encoder);
        context->sample_fmt = samples;
        context->sample_rate = rate;
        context->time_base = {1, rate};
        if (channels)
          av_channel_layout_default(&context->ch_layout, channels);
        else
          av_channel_layout_copy(&context->ch_layout, &sound.ch_layout);
        if (const int bits = bits_of(sound); av_get_bytes_per_sample(samples) == 4 && bits > 0 && bits <= 24)
          context->bits_per_raw_sample = 24;
        context->bit_rate = bits_per_second_and_channel * context->ch_layout.nb_channels;
        context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
        context->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
        if (avcodec_open2(context.get(), encoder, nullptr) >= 0) return context;
      }
  return nullptr;
}

AvOwned<AVCodecContext> decoder_of(const AVStream& from) {
  const AVCodec* const decoder = avcodec_find_decoder(from.codecpar->codec_id);
  if (!decoder || from.codecpar->sample_rate <= 0 || from.codecpar->format < 0) return nullptr;
  AvOwned<AVCodecContext> context = context_of(decoder);
  avcodec_parameters_to_context(context.get(), from.codecpar);
  context->pkt_timebase = from.time_base;
  return avcodec_open2(context.get(), decoder, nullptr) >= 0 ? std::move(context) : nullptr;
}

AVStream& add_encoded(const AvOutput& output, const AVCodecContext& encoder, const AVStream& from) {
  AVStream& stream = *output.add_stream();
  avcodec_parameters_from_context(stream.codecpar, &encoder);
  stream.time_base = encoder.time_base;
  stream.disposition = from.disposition;
  av_dict_copy(&stream.metadata, from.metadata, 0);
  return stream;
}

}  // namespace

std::optional<AVCodecID> SoundConverter::codec_for(const AVStream& from, const char* format, bool may_stay) {
  if (from.codecpar->codec_type != AVMEDIA_TYPE_AUDIO) return std::nullopt;
  for (const AVCodecID codec : codecs_for(*from.codecpar)) {
    const bool is_same =
        codec == from.codecpar->codec_id && rate_in(format, *from.codecpar) == from.codecpar->sample_rate;
    if (is_same && !may_stay) continue;
    if (can_make(from, codec, format)) return codec;
  }
  return std::nullopt;
}

bool SoundConverter::can_make(const AVStream& from, AVCodecID codec, const char* format) {
  if (from.codecpar->codec_type != AVMEDIA_TYPE_AUDIO || !decoder_of(from)) return false;
  const AvOwned<AVCodecContext> encoder = encoder_of(codec, *from.codecpar, format);
  if (!encoder) return false;
  const AvOutput trial(format);
  return takes(format, add_encoded(trial, *encoder, from));
}

int SoundConverter::rate_in(const char* format, const AVCodecParameters& sound) {
  return std::strcmp(format, "mxf") == 0 ? 48000 : sound.sample_rate;
}

SoundConverter::SoundConverter(const AVStream& from, AVCodecID codec, const char* format)
    : decoder_(decoder_of(from)), encoder_(encoder_of(codec, *from.codecpar, format)) {
  if (!decoder_ || !encoder_)
    throw Failure(std::string("libavcodec does not bring its sound into ") + avcodec_get_name(codec) + " here");
  samples_.reset(av_audio_fifo_alloc(encoder_->sample_fmt, encoder_->ch_layout.nb_channels, frame_size()));
}

void SoundConverter::add_stream(const AvOutput& output, const AVStream& from) const {
  add_encoded(output, *encoder_, from);
}

int SoundConverter::frame_size() const { return encoder_->frame_size > 0 ? encoder_->frame_size : 1024; }

AvOwned<AVFrame> SoundConverter::frame_of(int samples) const {
  AvOwned<AVFrame> frame(av_frame_alloc());
  frame->format = encoder_->sample_fmt;
  frame->sample_rate = encoder_->sample_rate;
  frame->nb_samples = samples;
  av_channel_layout_copy(&frame->ch_layout, &encoder_->ch_layout);
  if (av_frame_get_buffer(frame.get(), 0) < 0) throw std::bad_alloc();
  return frame;
}

std::vector<AvOwned<AVPacket>> SoundConverter::convert(const AVPacket* packet) {
  avcodec_send_packet(decoder_.get(), packet);  // a damaged one gives nothing
  const AvOwned<AVFrame> frame(av_frame_alloc());
  while (avcodec_receive_frame(decoder_.get(), frame.get()) >= 0) take(*frame);
  if (!packet) {
    resample(nullptr);
    encode(1);
    send(nullptr);
  }
  return std::exchange(packets_, {});
}

void SoundConverter::take(const AVFrame& frame) {
  const bool is_alike = form_ && form_->format == frame.format && form_->sample_rate == frame.sample_rate &&
                        av_channel_layout_compare(&form_->ch_layout, &frame.ch_layout) == 0;
  if (!is_alike) {
    resample(nullptr);
    form_.reset(av_frame_alloc());
    form_->format = frame.format;
    form_->sample_rate = frame.sample_rate;
    av_channel_layout_copy(&form_->ch_layout, &frame.ch_layout);
    SwrContext* resampler = nullptr;
    swr_alloc_set_opts2(&resampler, &encoder_->ch_layout, encoder_->sample_fmt, encoder_->sample_rate,
                        &form_->ch_layout, static_cast<AVSampleFormat>(frame.format), frame.sample_rate, 0, nullptr);
    resampler_.reset(resampler);
    if (!resampler || swr_init(resampler) < 0) resampler_.reset();
  }
  if (frame.pts != AV_NOPTS_VALUE) go_to(av_rescale_q(frame.pts, decoder_->pkt_timebase, encoder_->time_base));
  resample(&frame);
  encode(frame_size());
}

void SoundConverter::go_to(std::int64_t time) {
  if (!begin_) begin_ = time;
  const int tolerance = encoder_->sample_rate / 100;  // containers round times to milliseconds
  const int waiting = av_audio_fifo_size(samples_.get());
  const std::int64_t ahead = time - (*begin_ + waiting);
  if (ahead > tolerance) {
    // Encoders want whole frames.
    const int silent = static_cast<int>(std::min<std::int64_t>(ahead, waiting > 0 ? frame_size() - waiting : 0));
    if (silent > 0) {
      const AvOwned<AVFrame> silence = frame_of(silent);
      av_samples_set_silence(silence->extended_data, 0, silent, silence->ch_layout.nb_channels, encoder_->sample_fmt);
      av_audio_fifo_write(samples_.get(), reinterpret_cast<void**>(silence->extended_data), silent);
      encode(frame_size());
    }
    if (av_audio_fifo_size(samples_.get()) == 0) begin_ = time;
  } else if (ahead < -tolerance && resampler_) {
    swr_drop_output(resampler_.get(), static_cast<int>(std::min<std::int64_t>(-ahead, INT32_MAX)));
  }
}

void SoundConverter::resample(const AVFrame* frame) {
  if (!resampler_) return;
  const int count = frame ? frame->nb_samples : 0;
  const AvOwned<AVFrame> into = frame_of(std::max(1, swr_get_out_samples(resampler_.get(), count)));
  const auto** const data = frame ? const_cast<const std::uint8_t**>(frame->extended_data) : nullptr;
  const int converted = swr_convert(resampler_.get(), into->extended_data, into->nb_samples, data, count);
  if (converted > 0) av_audio_fifo_write(samples_.get(), reinterpret_cast<void**>(into->extended_data), converted);
}

void SoundConverter::encode(int least) {
  for (int waiting = 0; (waiting = av_audio_fifo_size(samples_.get())) >= least;) {
    const AvOwned<AVFrame> frame = frame_of(std::min(waiting, frame_size()));
    av_audio_fifo_read(samples_.get(), reinterpret_cast<void**>(frame->extended_data), frame->nb_samples);
    frame->pts = begin_.value_or(0);
    begin_ = frame->pts + frame->nb_samples;
    send(frame.get());
  }
}

void SoundConverter::send(const AVFrame* frame) {
  if (const int error = avcodec_send_frame(encoder_.get(), frame); error < 0)
    throw Failure(std::string("its sound cannot be brought into ") + avcodec_get_name(encoder_->codec_id) + ": " +
                  av_words(error));
  for (AvOwned<AVPacket> packet(av_packet_alloc()); avcodec_receive_packet(encoder_.get(), packet.get()) >= 0;
       packet.reset(av_packet_alloc()))
    packets_.push_back(std::move(packet));
}

}  // namespace colorize::command
