// SPDX-License-Identifier: LGPL-2.1-or-later
#include "libav.h"

#include <gst/gst.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "common/failure.h"
#include "common/words.h"

namespace colorize::command {

namespace fs = std::filesystem;

std::string av_words(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

AvOwned<AVCodecContext> context_of(const AVCodec* codec) {
  AvOwned<AVCodecContext> context(avcodec_alloc_context3(codec));
  if (!context) throw std::bad_alloc();
  return context;
}

static void expect(int result, const std::string& what) {
  if (result < 0) throw Failure(what + ": " + av_words(result));
}

static int is_to_stop(void* stop) { return static_cast<std::stop_token*>(stop)->stop_requested(); }

AvInput::AvInput(const fs::path& film, std::stop_token stop, bool all)
    : film_(film), stop_(std::move(stop)), sequence_(sequence_in(film)), known_(open()) {
  if (!all || !(known_->ctx_flags & AVFMTCTX_NOHEADER)) return;
  // Where no header says what there is, a stream may begin anywhere: all is read once, and then from the start again.
  // (Not every demuxer finds back to the very beginning.) The same bytes give the same streams in the same order.
  while (read(known_.get())) {
  }
  reading_ = open();
}

AvOwned<AVFormatContext> AvInput::open() {
  av_log_set_level(AV_LOG_QUIET);
  AVFormatContext* context = avformat_alloc_context();
  context->interrupt_callback = {is_to_stop, &stop_};
  AVDictionary* options = nullptr;
  av_dict_set(&options, "protocol_whitelist", "file,crypto,data", 0);  // a list of files must not reach for the network
  if (sequence_) {
    const std::string rate = std::to_string(sequence_->rate.frames) + "/" + std::to_string(sequence_->rate.per);
    av_dict_set(&options, "pattern_type", "none", 0);
    av_dict_set(&options, "framerate", rate.c_str(), 0);
  }
  const std::string url = "file:" + (sequence_ ? sequence_->file(0) : film_).string();  // a name may hold a colon
  const AVInputFormat* const format = sequence_ ? av_find_input_format("image2") : nullptr;
  const int result = avformat_open_input(&context, url.c_str(), format, &options);  // frees the context if it fails
  av_dict_free(&options);
  AvOwned<AVFormatContext> opened(result < 0 ? nullptr : context);
  if (stop_.stop_requested()) throw Interrupted();
  expect(result, "libavformat cannot read it");
  expect(avformat_find_stream_info(opened.get(), nullptr), "libavformat cannot read it");
  return opened;
}

AvOwned<AVPacket> AvInput::read(AVFormatContext* context) {
  AvOwned<AVPacket> packet(av_packet_alloc());
  int result;
  do {
    result = av_read_frame(context, packet.get());
    if (stop_.stop_requested()) throw Interrupted();
  } while (result == AVERROR(EAGAIN));
  // A damaged file ends where it is no longer understood; the survey has said what is missing.
  return result < 0 ? nullptr : std::move(packet);
}

AvOwned<AVPacket> AvInput::next_of_sequence() {
  if (next_ >= sequence_->pictures.size()) return nullptr;
  AvOwned<AVPacket> packet(av_packet_alloc());
  const Sequence::Picture& picture = sequence_->pictures[next_++];
  packet->size = static_cast<int>(std::min<std::uint64_t>(picture.size, std::numeric_limits<int>::max()));
  packet->pts = packet->dts = static_cast<std::int64_t>(picture.number - sequence_->pictures.front().number);
  packet->duration = 1;
  packet->flags = AV_PKT_FLAG_KEY;
  return packet;
}

AvOwned<AVPacket> AvInput::read() {
  if (sequence_) return next_of_sequence();
  while (true) {
    AvOwned<AVPacket> packet = read(reading_ ? reading_.get() : known_.get());
    if (!packet) return packet;
    if (packet->stream_index >= static_cast<int>(known_->nb_streams)) continue;
    if (known_->iformat->flags & AVFMT_TS_DISCONT) go_on(*packet);
    return packet;
  }
}

void AvInput::seek(std::int64_t time) {
  if (sequence_) return;  // nothing is read
  if (known_->iformat->flags & AVFMT_TS_DISCONT) return;
  const std::int64_t latest = av_rescale(time, AV_TIME_BASE, GST_SECOND);
  AVFormatContext* const context = reading_ ? reading_.get() : known_.get();
  const int found = avformat_seek_file(context, -1, std::numeric_limits<std::int64_t>::min(), latest, latest, 0);
  if (found < 0) reading_ = open();
}

void AvInput::go_on(AVPacket& packet) {
  constexpr AVRational in_time_base{1, AV_TIME_BASE};
  constexpr std::int64_t most_back = AV_TIME_BASE / 10, most_ahead = 10 * AV_TIME_BASE;
  const AVRational base = stream(packet.stream_index).time_base;
  ends_.resize(known_->nb_streams);
  auto& end = ends_[static_cast<std::size_t>(packet.stream_index)];
  const std::int64_t read = packet.dts == AV_NOPTS_VALUE ? packet.pts : packet.dts;
  if (read == AV_NOPTS_VALUE) return;
  const std::int64_t begin = av_rescale_q(read, base, in_time_base);
  // Subtitles are rare: they tell of no gap.
  const bool is_steady = stream(packet.stream_index).codecpar->codec_type <= AVMEDIA_TYPE_AUDIO;
  if (const std::int64_t now = begin + delay_; is_steady && end && (now < *end - most_back || now > *end + most_ahead))
    delay_ = *end - begin;
  const std::int64_t delay = av_rescale_q(delay_, in_time_base, base);
  if (packet.dts != AV_NOPTS_VALUE) packet.dts += delay;
  if (packet.pts != AV_NOPTS_VALUE) packet.pts += delay;
  end = begin + delay_ + av_rescale_q(packet.duration, base, in_time_base);
}

AvOutput::AvOutput(const char* format, const fs::path& file) {
  const std::string url = "file:" + file.string();  // which is read once more where the index goes first
  expect(avformat_alloc_output_context2(&context_, nullptr, format, url.c_str()),
         std::string("libavformat has no container ") + format + " here");
  context_->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;  // FLAC in MP4, which has been a standard since
  context_->flags |= AVFMT_FLAG_BITEXACT;  // no random numbers, so that the same film has the same bytes
  is_file_ = !file.empty();
  const int opened =
      is_file_ ? avio_open(&context_->pb, url.c_str(), AVIO_FLAG_WRITE) : avio_open_dyn_buf(&context_->pb);
  if (opened < 0) {
    avformat_free_context(context_);
    expect(opened, file.string() + " cannot be written");
  }
}

AvOutput::~AvOutput() {
  if (is_file_) {
    avio_closep(&context_->pb);
  } else {
    std::uint8_t* bytes = nullptr;
    avio_close_dyn_buf(context_->pb, &bytes);
    av_free(bytes);
  }
  avformat_free_context(context_);
}

AVStream* AvOutput::add_stream() const {
  AVStream* const stream = avformat_new_stream(context_, nullptr);
  if (!stream) throw std::bad_alloc();
  return stream;
}

/// The reason, and what to do where it is the container's.
static void expect_written(int result, const AVFormatContext& output, const std::string& what) {
  const std::string container = output.oformat->name;
  const bool is_refused = result == AVERROR(EINVAL) || result == AVERROR_INVALIDDATA || result == AVERROR_PATCHWELCOME;
  if (result < 0)
    throw Failure("libavformat, which writes the result as " + container + ", does not write " + what + ": " +
                  av_words(result) +
                  (is_refused && container != "matroska" ? "; a name that ends in .mkv may help" : ""));
}

void AvOutput::write_header(const std::string& movflags) const {
  AVDictionary* options = nullptr;
  // What is played while it comes from a network needs the index first. QuickTime's XMP has its place behind it.
  const bool is_mp4 = is_file_ && std::strcmp(context_->oformat->name, "mp4") == 0;
  const std::string flags = (is_mp4 ? "+faststart" : "") + movflags;
  if (!flags.empty()) av_dict_set(&options, "movflags", flags.c_str(), 0);
  const int result = avformat_write_header(context_, &options);
  av_dict_free(&options);
  expect_written(result, *context_, "the beginning");
}

void AvOutput::write(AVPacket* packet) const {
  const AVStream& stream = *context_->streams[packet->stream_index];
  const std::int64_t time = packet->dts;  // the call takes all that is in the packet
  const int result = av_interleaved_write_frame(context_, packet);
  if (result >= 0) return;
  const std::string place =
      time == AV_NOPTS_VALUE ? "" : " at " + seconds(av_rescale_q(time, stream.time_base, {1, GST_SECOND}));
  expect_written(result, *context_, std::string("a packet of ") + avcodec_get_name(stream.codecpar->codec_id) + place);
}

void AvOutput::finish() const {
  expect_written(av_write_trailer(context_), *context_, "the end");
  expect_written(context_->pb->error, *context_, "the end");
}

}  // namespace colorize::command
