// SPDX-License-Identifier: LGPL-2.1-or-later
#include "captions.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace colorize::command {

namespace {

using namespace std::string_view_literals;

/// ITU-T T.35: the United States, ATSC; "GA94", captions.
constexpr std::string_view header = "\xB5\x00\x31GA94\x03"sv;

/// What lies in the pictures, by ITU-T T.35 and ATSC A/53 part 4.
std::string message_of(const GstVideoCaptionMeta& captions) {
  constexpr std::size_t triplet = 3, most = 31;
  const std::size_t count = std::min(captions.size / triplet, most);
  std::string message(header);
  message += static_cast<char>(0xC0 | count);
  message += '\xFF';
  message.append(reinterpret_cast<const char*>(captions.data), count * triplet);
  return message + '\xFF';
}

/// In a NAL unit no bytes look like the start of another.
std::string escaped(std::string_view payload) {
  std::string result;
  int zeros = 0;
  for (const char byte : payload) {
    if (zeros == 2 && static_cast<std::uint8_t>(byte) <= 3) {
      result += '\3';
      zeros = 0;
    }
    zeros = byte == 0 ? zeros + 1 : 0;
    result += byte;
  }
  return result;
}

/// A NAL unit of supplemental enhancement information, with its start code.
std::string sei(std::string_view message, std::string_view nal_header) {
  std::string payload = "\4";                    // user data registered by ITU-T T.35
  payload += static_cast<char>(message.size());  // at most 104
  return std::string("\0\0\0\1"sv) + std::string(nal_header) + escaped(payload.append(message)) + '\x80';
}

/// Where the first slice of an access unit begins, with its start code.
std::size_t first_slice(std::string_view unit, bool (*is_slice)(std::uint8_t)) {
  constexpr std::string_view start = "\0\0\1"sv;
  for (std::size_t at = 0; (at = unit.find(start, at)) != unit.npos; at += start.size())
    if (at + start.size() < unit.size() && is_slice(static_cast<std::uint8_t>(unit[at + start.size()])))
      return at > 0 && unit[at - 1] == 0 ? at - 1 : at;
  return unit.npos;
}

bool is_slice_of_h264(std::uint8_t nal) { return (nal & 31) >= 1 && (nal & 31) <= 5; }
bool is_slice_of_h265(std::uint8_t nal) { return (nal >> 1 & 63) < 32; }

/// An AV1 open bitstream unit of metadata.
std::string metadata_obu(std::string_view message) {
  std::string obu = "\x2A";                          // metadata, with a size
  obu += static_cast<char>(message.size() + 2);      // in one byte of LEB128: less than 128
  return obu.append("\4").append(message) + '\x80';  // ITU-T T.35, trailing bits
}

/// Where the first frame of an AV1 temporal unit begins.
std::size_t first_frame(std::string_view unit) {
  constexpr int frame_header = 3, frame = 6;
  for (std::size_t at = 0; at < unit.size();) {
    const auto head = static_cast<std::uint8_t>(unit[at]);
    if (const int type = head >> 3 & 15; type == frame_header || type == frame) return at;
    std::size_t body = at + (head & 4 ? 2 : 1), size = 0;
    if (!(head & 2)) break;  // it goes to the end
    for (int shift = 0; body < unit.size() && shift < 35; shift += 7) {
      const auto byte = static_cast<std::uint8_t>(unit[body++]);
      size |= static_cast<std::size_t>(byte & 127) << shift;
      if (!(byte & 128)) break;
    }
    at = body + size;
  }
  return unit.npos;
}

/// How a codec holds captions.
struct Place {
  std::string_view codec;
  std::size_t (*find)(std::string_view unit);  ///< where they go, or npos
  std::string (*wrap)(std::string_view message);
};
constexpr Place places[] = {
    {"h264", [](std::string_view unit) { return first_slice(unit, is_slice_of_h264); },
     [](std::string_view message) { return sei(message, "\6"); }},
    {"h265", [](std::string_view unit) { return first_slice(unit, is_slice_of_h265); },
     [](std::string_view message) { return sei(message, "\x4E\1"); }},
    {"av1", first_frame, metadata_obu},
};

const Place* place_in(const Encoder& encoder) {
  const auto* const found = std::ranges::find(places, encoder.codec, &Place::codec);
  return found == std::end(places) ? nullptr : found;
}

GstPadProbeReturn write(GstPad*, GstPadProbeInfo* info, void* data) {
  const Place& place = *static_cast<const Place*>(data);
  GstBuffer* const packet = gst_pad_probe_info_get_buffer(info);
  if (!gst_buffer_get_video_caption_meta(packet)) return GST_PAD_PROBE_OK;
  std::string unit(gst_buffer_get_size(packet), '\0');
  gst_buffer_extract(packet, 0, unit.data(), unit.size());
  const std::size_t at = place.find(unit);
  // Some encoders write them themselves.
  if (at == unit.npos || unit.substr(0, at).find(header) != unit.npos) return GST_PAD_PROBE_OK;
  std::string all;
  void* state = nullptr;
  while (const GstMeta* meta = gst_buffer_iterate_meta_filtered(packet, &state, GST_VIDEO_CAPTION_META_API_TYPE)) {
    const auto& captions = *reinterpret_cast<const GstVideoCaptionMeta*>(meta);
    if (captions.caption_type == GST_VIDEO_CAPTION_TYPE_CEA708_RAW) all += place.wrap(message_of(captions));
  }
  unit.insert(at, all);
  GstBuffer* const written = gst_buffer_new_memdup(unit.data(), unit.size());
  gst_buffer_copy_into(written, packet, GST_BUFFER_COPY_METADATA, 0, static_cast<gsize>(-1));
  gst_buffer_unref(packet);
  info->data = written;
  return GST_PAD_PROBE_OK;
}

}  // namespace

bool has_captions(GstBuffer* packet) {
  if (gst_buffer_get_video_caption_meta(packet)) return true;
  // Those of ATSC in SEI or metadata, and in the user data of MPEG-2; those of DVDs; those of SCTE 20.
  constexpr std::string_view marks[] = {header, "\0\0\1\xB2GA94\3"sv,
                                        "\0\0\1\xB2"
                                        "CC\1\xF8"sv,
                                        "\0\0\1\xB2\3\x81"sv};
  std::array<char, 4096> bytes;  // they lie before the picture
  const std::string_view beginning(bytes.data(), gst_buffer_extract(packet, 0, bytes.data(), bytes.size()));
  return std::ranges::any_of(marks, [&](std::string_view mark) { return beginning.find(mark) != beginning.npos; });
}

bool holds_captions(const Encoder& encoder) { return place_in(encoder) != nullptr; }

void write_captions(GstPad* pad, const Encoder& encoder) {
  if (const Place* const place = place_in(encoder))
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, write, const_cast<Place*>(place), nullptr);
}

}  // namespace colorize::command
