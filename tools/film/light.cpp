// SPDX-License-Identifier: LGPL-2.1-or-later
#include "light.h"

extern "C" {
#include <libavutil/mastering_display_metadata.h>
}

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace colorize::command {

namespace {

/// libavformat 61 keeps such data with the codec's parameters, those before with the stream. Templates, so that only
/// what there is of it is looked at.
template <typename Stream>
std::span<const std::uint8_t> side_data(const Stream& stream, AVPacketSideDataType type) {
  if constexpr (requires { av_packet_side_data_get(stream.codecpar->coded_side_data, 0, type); }) {
    const auto* const found =
        av_packet_side_data_get(stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, type);
    return found ? std::span<const std::uint8_t>(found->data, found->size) : std::span<const std::uint8_t>();
  } else {
    std::size_t size = 0;
    const std::uint8_t* const found = av_stream_get_side_data(&stream, type, &size);
    return {found, found ? size : 0};
  }
}

template <typename Stream>
void add_side_data(Stream& stream, AVPacketSideDataType type, std::span<const std::uint8_t> data) {
  auto* const copy = static_cast<std::uint8_t*>(av_memdup(data.data(), data.size()));
  if (!copy) throw std::bad_alloc();
  if constexpr (requires { av_packet_side_data_get(stream.codecpar->coded_side_data, 0, type); })
    av_packet_side_data_add(&stream.codecpar->coded_side_data, &stream.codecpar->nb_coded_side_data, type, copy,
                            data.size(), 0);
  else
    av_stream_add_side_data(&stream, type, copy, data.size());
}

template <typename Value>
std::span<const std::uint8_t> bytes_of(const Value& value) {
  return {reinterpret_cast<const std::uint8_t*>(&value), sizeof value};
}

void add_mastering_display(AVStream& to, const GstVideoMasteringDisplayInfo& from) {
  const auto place = [](const GstVideoMasteringDisplayInfoCoordinates& of, AVRational(&into)[2]) {
    into[0] = {of.x, 50000};
    into[1] = {of.y, 50000};
  };
  AVMasteringDisplayMetadata display{};
  for (const int i : {0, 1, 2}) place(from.display_primaries[i], display.display_primaries[i]);
  place(from.white_point, display.white_point);
  display.max_luminance = {static_cast<int>(from.max_display_mastering_luminance), 10000};
  display.min_luminance = {static_cast<int>(from.min_display_mastering_luminance), 10000};
  display.has_primaries = display.has_luminance = 1;
  add_side_data(to, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, bytes_of(display));
}

void add_light_level(AVStream& to, const GstVideoContentLightLevel& from) {
  AVContentLightMetadata light{};
  light.MaxCLL = from.max_content_light_level;
  light.MaxFALL = from.max_frame_average_light_level;
  add_side_data(to, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, bytes_of(light));
}

}  // namespace

void copy_light(AVStream& to, const AVStream& from, const PlannedTrack& track) {
  GstVideoMasteringDisplayInfo display;
  if (const auto data = side_data(from, AV_PKT_DATA_MASTERING_DISPLAY_METADATA); !data.empty())
    add_side_data(to, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, data);
  else if (gst_video_mastering_display_info_from_caps(&display, track.caps.get()))
    add_mastering_display(to, display);
  GstVideoContentLightLevel light;
  if (const auto data = side_data(from, AV_PKT_DATA_CONTENT_LIGHT_LEVEL); !data.empty())
    add_side_data(to, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, data);
  else if (gst_video_content_light_level_from_caps(&light, track.caps.get()))
    add_light_level(to, light);
}

std::string lost_light(const char* format, const Encoder& encoder, const AVStream& stream, const PlannedTrack& track) {
  constexpr std::array holding{"matroska", "webm", "mp4", "mov"};
  const auto is_format = [&](const char* name) { return std::strcmp(name, format) == 0; };
  GstVideoMasteringDisplayInfo display;
  GstVideoContentLightLevel light;
  // x265 writes into the pictures what comes within them.
  const bool stays_within = std::strcmp(encoder.element, "x265enc") == 0;
  const bool has_display = !side_data(stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA).empty() ||
                           (!stays_within && gst_video_mastering_display_info_from_caps(&display, track.caps.get()));
  const bool has_level = !side_data(stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL).empty() ||
                         (!stays_within && gst_video_content_light_level_from_caps(&light, track.caps.get()));
  if (std::ranges::any_of(holding, is_format)) return "";
  if (has_display && !is_format("mxf")) return "mastering and light-level data (HDR)";
  return has_level ? "light-level data (HDR: MaxCLL, MaxFALL)" : "";
}

bool has_hdr10_plus(const AVStream& stream, const AVPacket& packet) {
  // Country, provider, provider's code, application: the same in SEI and in OBUs.
  constexpr std::array<std::uint8_t, 6> head{0xB5, 0x00, 0x3C, 0x00, 0x01, 0x04};
  if (stream.codecpar->color_trc != AVCOL_TRC_SMPTE2084 || !packet.data) return false;
  const std::span<const std::uint8_t> bytes(packet.data, static_cast<std::size_t>(packet.size));
  return av_packet_get_side_data(&packet, AV_PKT_DATA_DYNAMIC_HDR10_PLUS, nullptr) ||
         std::search(bytes.begin(), bytes.end(), head.begin(), head.end()) != bytes.end();
}

bool has_dolby_vision(const AVStream& stream) { return !side_data(stream, AV_PKT_DATA_DOVI_CONF).empty(); }

}  // namespace colorize::command
