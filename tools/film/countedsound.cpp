// SPDX-License-Identifier: LGPL-2.1-or-later
#include "countedsound.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>

#include "streams.h"

namespace colorize::command {

bool is_counting(const char* format) { return std::string_view(format) == "avi" || ends_with_pictures(format); }

bool ends_with_pictures(const char* format) { return std::string_view(format) == "mxf"; }

static std::uint8_t silence_in(AVCodecID codec) {
  switch (codec) {
    case AV_CODEC_ID_PCM_U8:
      return 0x80;
    case AV_CODEC_ID_PCM_ALAW:
      return 0xD5;
    case AV_CODEC_ID_PCM_MULAW:
      return 0xFF;
    default:
      return 0;
  }
}

bool CountedSound::can_fill(const AVCodecParameters& sound) {
  const bool is_pcm = sound.codec_id >= AV_CODEC_ID_FIRST_AUDIO && sound.codec_id < AV_CODEC_ID_ADPCM_IMA_QT;
  const int bits = av_get_bits_per_sample(sound.codec_id);
  return is_pcm && bits > 0 && bits % 8 == 0 && sound.sample_rate > 0 && sound.ch_layout.nb_channels > 0;
}

CountedSound::CountedSound(const AVCodecParameters& sound, std::int64_t begin)
    : rate_(sound.sample_rate),
      size_(av_get_bits_per_sample(sound.codec_id) / 8 * sound.ch_layout.nb_channels),
      silence_(silence_in(sound.codec_id)),
      begin_(begin) {}

std::int64_t CountedSound::position_of(std::int64_t time, AVRational base) const {
  return av_rescale_q(time, base, time_base()) - av_rescale_q(begin_, in_nanoseconds, time_base());
}

/// Without data: silence.
void CountedSound::add(std::vector<AvOwned<AVPacket>>& packets, std::int64_t samples, const std::uint8_t* data) {
  while (samples > 0) {
    const std::int64_t count = std::min<std::int64_t>(samples, rate_);
    const auto bytes = static_cast<std::size_t>(count * size_);
    AvOwned<AVPacket> packet(av_packet_alloc());
    if (av_new_packet(packet.get(), static_cast<int>(bytes)) < 0) throw std::bad_alloc();
    if (data) {
      std::memcpy(packet->data, data, bytes);
      data += bytes;
    } else {
      std::memset(packet->data, silence_, bytes);
    }
    packet->pts = packet->dts = position_ + av_rescale_q(begin_, in_nanoseconds, time_base());
    packet->duration = count;
    packet->flags = AV_PKT_FLAG_KEY;
    packets.push_back(std::move(packet));
    position_ += count;
    samples -= count;
  }
}

std::vector<AvOwned<AVPacket>> CountedSound::place(const AVPacket& packet, AVRational base) {
  std::vector<AvOwned<AVPacket>> packets;
  const std::int64_t all = packet.size / size_, tolerance = rate_ / 100;  // containers round times to milliseconds
  const std::int64_t wanted = packet.pts == AV_NOPTS_VALUE ? position_ : position_of(packet.pts, base);
  const std::int64_t ahead = wanted - position_;
  if (ahead > tolerance) add(packets, std::min(wanted, end_.value_or(wanted)) - position_, nullptr);
  const std::int64_t first = std::min(all, ahead < -tolerance ? -ahead : 0);
  const std::int64_t last = cuts_ && end_ ? std::clamp(*end_ - position_ + first, first, all) : all;
  add(packets, last - first, packet.data + first * size_);
  lost_ += all - (last - first);
  return packets;
}

std::vector<AvOwned<AVPacket>> CountedSound::fill(std::int64_t time) {
  std::vector<AvOwned<AVPacket>> packets;
  add(packets, position_of(time, in_nanoseconds) - position_, nullptr);
  return packets;
}

void CountedSound::end_at(std::int64_t time, bool cuts) {
  end_ = position_of(time, in_nanoseconds);
  cuts_ = cuts;
}

std::int64_t CountedSound::lost() const { return av_rescale_q(lost_, time_base(), in_nanoseconds); }

}  // namespace colorize::command
