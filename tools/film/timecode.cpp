// SPDX-License-Identifier: LGPL-2.1-or-later
#include "timecode.h"

extern "C" {
#include <libavutil/timecode.h>
}

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>

#include "streams.h"

namespace colorize::command {

namespace {

constexpr const char* tag_name = "timecode";

std::string tag_in(const AVDictionary* tags) {
  const AVDictionaryEntry* const entry = av_dict_get(tags, tag_name, nullptr, 0);
  return entry ? entry->value : "";
}

/// Empty for zero.
std::string time_code_of(const AVFrame& picture) {
  std::string code = tag_in(picture.metadata);
  const AVFrameSideData* const of_group = av_frame_get_side_data(&picture, AV_FRAME_DATA_GOP_TIMECODE);
  if (std::int64_t bits = 0; code.empty() && of_group && of_group->size >= sizeof bits) {
    std::memcpy(&bits, of_group->data, sizeof bits);
    std::array<char, AV_TIMECODE_STR_SIZE> text;
    code = av_timecode_make_mpeg_tc_string(text.data(), static_cast<std::uint32_t>(bits));
  }
  return code.find_first_not_of("0:;.") == std::string::npos ? "" : code;
}

/// Looks at the first picture of a stream.
class FirstPicture {
 public:
  explicit FirstPicture(const AVStream& stream) {
    const AVCodec* const codec = avcodec_find_decoder(stream.codecpar->codec_id);
    if (!codec) return;
    decoder_ = context_of(codec);
    // Threads that take a frame each would hand it out late.
    decoder_->thread_type = FF_THREAD_SLICE;
    if (avcodec_parameters_to_context(decoder_.get(), stream.codecpar) < 0 ||
        avcodec_open2(decoder_.get(), codec, nullptr) < 0)
      decoder_.reset();
  }

  /// Takes the next packet. Nothing where the picture is yet to come.
  std::optional<std::string> look(const AVPacket& packet) {
    constexpr int most = 100;  // of a stream that does not decode
    if (!decoder_ || ++packets_ > most) return "";
    const AvOwned<AVFrame> picture(av_frame_alloc());
    if (avcodec_send_packet(decoder_.get(), &packet) < 0 || avcodec_receive_frame(decoder_.get(), picture.get()) < 0)
      return std::nullopt;
    return time_code_of(*picture);
  }

 private:
  AvOwned<AVCodecContext> decoder_;
  int packets_ = 0;
};

}  // namespace

std::string time_code_of(const AvInput& film) {
  std::string code = tag_in(film->metadata);
  for (unsigned i = 0; i < film->nb_streams && code.empty(); ++i)
    code = tag_in(film.stream(static_cast<int>(i)).metadata);
  return code;
}

std::string time_code_inside(const std::filesystem::path& film, const std::stop_token& stop) {
  constexpr std::array telling{AV_CODEC_ID_MPEG1VIDEO, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_H264, AV_CODEC_ID_HEVC};
  AvInput input(film, stop, false);
  std::map<int, FirstPicture> awaited;
  for (int i = 0; i < static_cast<int>(input->nb_streams); ++i)
    if (const AVStream& stream = input.stream(i);
        is_moving_picture(stream) && std::ranges::find(telling, stream.codecpar->codec_id) != telling.end())
      awaited.emplace(i, stream);
  while (!awaited.empty()) {
    const AvOwned<AVPacket> packet = input.read();
    if (!packet) break;
    const auto stream = awaited.find(packet->stream_index);
    if (stream == awaited.end()) continue;
    const std::optional<std::string> code = stream->second.look(*packet);
    if (code && !code->empty()) return *code;
    if (code) awaited.erase(stream);
  }
  return "";
}

std::int64_t breaks_of_time_code(const AvInput& film) {
  std::int64_t breaks = 0;
  for (int i = 0; i < static_cast<int>(film->nb_streams); ++i)
    if (film.stream(i).codecpar->codec_tag == MKTAG('t', 'm', 'c', 'd'))
      breaks = std::max(breaks, film.stream(i).nb_frames - 1);
  return breaks;
}

bool can_advance(const std::string& code, AVRational rate) {
  AVTimecode parsed;
  return rate.num > 0 && av_timecode_init_from_string(&parsed, rate, code.c_str(), nullptr) >= 0;
}

bool holds_time_code(const std::string& format, const std::string& code, AVRational rate) {
  if (format == "mp4" || format == "mov") return can_advance(code, rate);
  return format != "mpegts" && format != "image2";
}

void advance_time_code(AVDictionary*& tags, AVRational rate, std::int64_t start) {
  const std::string code = tag_in(tags);
  AVTimecode first;
  if (!can_advance(code, rate)) {
    if (start > 0) av_dict_set(&tags, tag_name, nullptr, 0);  // it is that of another picture
    return;
  }
  av_timecode_init_from_string(&first, rate, code.c_str(), nullptr);
  first.flags |= AV_TIMECODE_FLAG_24HOURSMAX;
  std::array<char, AV_TIMECODE_STR_SIZE> text;
  const auto frames = static_cast<int>(av_rescale_q(start, {1, 1'000'000'000}, av_inv_q(rate)));
  av_dict_set(&tags, tag_name, av_timecode_make_string(&first, text.data(), frames), 0);
}

}  // namespace colorize::command
