// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "sequence.h"

namespace colorize::command {

/// How what libavformat and libavcodec hand out is given back.
struct AvRelease {
  void operator()(AVFormatContext* input) const { avformat_close_input(&input); }
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
  void operator()(AVCodecContext* codec) const { avcodec_free_context(&codec); }
};

template <typename T>
using AvOwned = std::unique_ptr<T, AvRelease>;

/// A film that is read, with all its streams known before the first packet. Those of a sequence of pictures are without
/// their bytes: only their times and sizes are known.
class AvInput {
 public:
  /// Where not `all` is wanted, streams that begin late are not known. Throws Failure, Interrupted.
  AvInput(const std::filesystem::path& film, std::stop_token stop, bool all = true);

  const AVFormatContext* operator->() const { return known_.get(); }
  const AVStream& stream(int index) const { return *known_->streams[index]; }

  /// The next packet; null at the end. Where the times of a broadcast begin anew, as where two recordings were put
  /// one behind the other, those that follow go on from the last ones. Throws Interrupted.
  AvOwned<AVPacket> read();

  /// Goes on with what comes at this time (nanoseconds), or before; from the start where the film cannot be sought, as
  /// where times may begin anew.
  void seek(std::int64_t time);

 private:
  AvOwned<AVFormatContext> open();
  AvOwned<AVPacket> next_of_sequence();
  AvOwned<AVPacket> read(AVFormatContext* context);
  void go_on(AVPacket& packet);

  std::filesystem::path film_;
  std::stop_token stop_;
  std::optional<Sequence> sequence_;
  std::size_t next_ = 0;  // picture of it
  AvOwned<AVFormatContext> known_, reading_;
  std::vector<std::optional<std::int64_t>> ends_;  // of each stream's last packet, in AV_TIME_BASE
  std::int64_t delay_ = 0;                         // in AV_TIME_BASE, of what is read
};

/// A file in the making: streams are added to it, then comes its header, then packets.
class AvOutput {
 public:
  /// Without a name nothing is written. Throws Failure.
  explicit AvOutput(const char* format, const std::filesystem::path& file = {});
  ~AvOutput();
  AvOutput(const AvOutput&) = delete;
  AvOutput& operator=(const AvOutput&) = delete;

  AVFormatContext* operator->() const { return context_; }
  AVStream* add_stream() const;
  /// Throws Failure in libavformat's words. `movflags`: of MOV's muxer, such as +use_metadata_tags.
  void write_header(const std::string& movflags = {}) const;
  void write(AVPacket* packet) const;  ///< packets of all streams as they come; throws Failure
  void finish() const;                 ///< throws Failure

 private:
  AVFormatContext* context_ = nullptr;
  bool is_file_;
};

/// For a decoder or an encoder, yet to be opened.
AvOwned<AVCodecContext> context_of(const AVCodec* codec);

/// What went wrong, in libavutil's words.
std::string av_words(int error);

}  // namespace colorize::command
