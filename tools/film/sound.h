// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

extern "C" {
#include <libavutil/audio_fifo.h>
#include <libswresample/swresample.h>
}

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libav.h"

namespace colorize::command {

/// Brings sound from one container's form into another's, and sound that changes on the way into the form that it
/// begins with. What is stored without loss stays without loss where the container has such a form.
class SoundConverter {
 public:
  /// The best codec for the sound in a container (libavformat's name), its own one where it `may_stay`; nothing where
  /// there is none with an encoder here, or no decoder.
  static std::optional<AVCodecID> codec_for(const AVStream& from, const char* format, bool may_stay);

  /// Whether it can be brought into this one, and that into the container.
  static bool can_make(const AVStream& from, AVCodecID codec, const char* format);

  /// Throws Failure where codec_for() would not give that.
  SoundConverter(const AVStream& from, AVCodecID codec, const char* format);

  /// Samples a second that a container (libavformat's name) wants of such sound.
  static int rate_in(const char* format, const AVCodecParameters& sound);

  AVRational time_base() const { return encoder_->time_base; }

  /// Adds a stream for what convert() gives.
  void add_stream(const AvOutput& output, const AVStream& from) const;
  /// What is encoded after the packet; after null: the rest. Throws Failure.
  std::vector<AvOwned<AVPacket>> convert(const AVPacket* packet);

 private:
  struct Release {
    void operator()(SwrContext* resampler) const { swr_free(&resampler); }
    void operator()(AVAudioFifo* samples) const { av_audio_fifo_free(samples); }
  };

  void take(const AVFrame& frame);
  /// Where the film's sound has a gap there is nothing, as where it is copied; what is there twice is heard once.
  void go_to(std::int64_t time);
  void resample(const AVFrame* frame);  ///< null: what the resampler still holds
  void encode(int least);               ///< while there are so many samples
  void send(const AVFrame* frame);      ///< null: the end
  AvOwned<AVFrame> frame_of(int samples) const;
  int frame_size() const;

  AvOwned<AVCodecContext> decoder_, encoder_;
  AvOwned<AVFrame> form_;  // of what comes from the decoder now, without samples
  std::unique_ptr<SwrContext, Release> resampler_;
  std::unique_ptr<AVAudioFifo, Release> samples_;  // decoded, and not yet encoded
  std::optional<std::int64_t> begin_;              // of these samples, in the encoder's time base
  std::vector<AvOwned<AVPacket>> packets_;         // encoded, and not yet fetched
};

}  // namespace colorize::command
