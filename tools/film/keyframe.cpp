// SPDX-License-Identifier: LGPL-2.1-or-later
#include "keyframe.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/owned.h"

namespace colorize::command {

namespace {

using Bytes = std::span<const std::uint8_t>;

/// Takes the next unit (NAL) from the front of `rest`: between start codes, or after its length where `prefix` says in
/// how many bytes that stands (else 0). Empty at the end.
Bytes next_unit(Bytes& rest, std::size_t prefix) {
  std::size_t begin = prefix, end = 0;
  if (prefix) {
    if (rest.size() <= prefix) return {};
    for (std::size_t i = 0; i < prefix; ++i) end = end << 8 | rest[i];
    end = std::min(end, rest.size() - prefix) + prefix;
  } else {
    const auto is_code = [&](std::size_t at) { return !rest[at] && !rest[at + 1] && rest[at + 2] == 1; };
    while (begin + 3 <= rest.size() && !is_code(begin)) ++begin;
    if (begin + 3 >= rest.size()) return {};
    begin += 3;
    end = begin;
    while (end + 3 <= rest.size() && !is_code(end)) ++end;
    if (end + 3 > rest.size()) end = rest.size();
  }
  const Bytes unit = rest.subspan(begin, end - begin);
  rest = rest.subspan(end);
  return unit;
}

/// How many bytes the length of a unit takes, by the caps' codec_data; 0: start codes stand between them.
std::size_t length_prefix(const GstStructure* caps, std::size_t place) {
  const gchar* const format = gst_structure_get_string(caps, "stream-format");
  if (!format || std::string(format) == "byte-stream") return 0;
  const GValue* const data = gst_structure_get_value(caps, "codec_data");
  std::uint8_t sizes = 3;
  if (data) gst_buffer_extract(gst_value_get_buffer(data), place, &sizes, 1);
  return 1 + (sizes & 3U);
}

/// The payloads of H.264's SEI units that matter here begin with it: after so many frames the picture is whole.
std::optional<bool> recovers_at_once(Bytes unit) {
  for (Bytes rest = unit.subspan(1); rest.size() > 2;) {
    std::size_t type = 0, size = 0;
    for (std::size_t* value : {&type, &size}) {
      while (!rest.empty() && rest[0] == 0xFF) {
        *value += 0xFF;
        rest = rest.subspan(1);
      }
      if (rest.empty()) return std::nullopt;
      *value += rest[0];
      rest = rest.subspan(1);
    }
    constexpr std::size_t recovery_point = 6;
    if (type == recovery_point && !rest.empty()) return (rest[0] & 0x80U) != 0;  // the number 0 is written as one 1
    rest = rest.subspan(std::min(size, rest.size()));
  }
  return std::nullopt;
}

bool begins_anew_in_h264(Bytes frame, std::size_t prefix, bool at_once) {
  constexpr int slice_of_idr = 5, sei = 6;
  bool recovers = false;
  for (Bytes unit; !(unit = next_unit(frame, prefix)).empty();) {
    const int type = unit[0] & 0x1F;
    if (type == slice_of_idr) return true;
    if (type == sei) recovers = recovers_at_once(unit).value_or(recovers);
    if (type >= 1 && type < slice_of_idr) return recovers && !at_once;
  }
  return false;
}

bool begins_anew_in_h265(Bytes frame, std::size_t prefix) {
  constexpr int first = 16, last = 21, of_pictures = 32;  // BLA, IDR and CRA
  for (Bytes unit; !(unit = next_unit(frame, prefix)).empty();)
    if (const int type = unit[0] >> 1 & 0x3F; type < of_pictures) return type >= first && type <= last;
  return false;
}

enum class Vop : std::uint8_t { intra, predicted, between, sprite };  // as they are coded

/// The pictures in a packet of MPEG-4. (Those "packed" into AVI have a B-VOP behind the picture that it needs.)
std::vector<Vop> vops(Bytes frame) {
  std::vector<Vop> found;
  for (std::size_t i = 0; i + 4 < frame.size(); ++i)
    if (!frame[i] && !frame[i + 1] && frame[i + 2] == 1 && frame[i + 3] == 0xB6)
      found.push_back(static_cast<Vop>(frame[i + 4] >> 6));
  return found;
}

bool begins_anew_in_mpeg4(Bytes frame) {
  const std::vector<Vop> found = vops(frame);
  return !found.empty() && std::ranges::all_of(found, [](Vop vop) { return vop == Vop::intra; });
}

int number(const GstCaps* caps, const char* field) {
  int value = 0;
  gst_structure_get_int(gst_caps_get_structure(caps, 0), field, &value);
  return value;
}

bool is_mpeg4(const GstCaps* caps) {
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  if (gst_structure_has_name(structure, "video/mpeg")) return number(caps, "mpegversion") == 4;
  return gst_structure_has_name(structure, "video/x-divx") && number(caps, "divxversion") > 3;
}

}  // namespace

bool begins_anew(const GstCaps* caps, GstBuffer* keyframe, bool at_once) {
  GstMapInfo map;
  if (!caps || !gst_buffer_map(keyframe, &map, GST_MAP_READ)) return false;
  const Bytes frame(map.data, map.size);
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  const std::string kind = gst_structure_get_name(structure);
  constexpr std::size_t place_in_h264 = 4, place_in_h265 = 21;
  const bool result = kind == "video/x-h264"
                          ? begins_anew_in_h264(frame, length_prefix(structure, place_in_h264), at_once)
                      : kind == "video/x-h265" ? begins_anew_in_h265(frame, length_prefix(structure, place_in_h265))
                      : is_mpeg4(caps)         ? begins_anew_in_mpeg4(frame)
                                               : true;
  gst_buffer_unmap(keyframe, &map);
  return result;
}

bool goes_by_decoding(const GstCaps* caps) {
  constexpr std::array without_frames_between = {"video/x-divx", "video/x-msmpeg", "video/x-h263",
                                                 "video/x-flash-video"};
  const GstStructure* const structure = gst_caps_get_structure(caps, 0);
  const auto is = [&](const char* name) { return gst_structure_has_name(structure, name); };
  return is_mpeg4(caps) || is("video/x-h264") || std::ranges::any_of(without_frames_between, is) ||
         (is("video/x-wmv") && number(caps, "wmvversion") < 3);
}

bool is_between(const GstCaps* caps, GstBuffer* frame) {
  GstMapInfo map;
  if (!is_mpeg4(caps) || !gst_buffer_map(frame, &map, GST_MAP_READ)) return false;
  const std::vector<Vop> found = vops({map.data, map.size});
  gst_buffer_unmap(frame, &map);
  return !found.empty() && found.front() == Vop::between;
}

}  // namespace colorize::command
