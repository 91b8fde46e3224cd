// SPDX-License-Identifier: LGPL-2.1-or-later
#include "retiming.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "libav.h"
#include "streams.h"

namespace colorize::command {

namespace {

constexpr std::int64_t near = 5 * GST_MSECOND;

/// When a packet is shown, where it says so, and when it is decoded.
struct Times {
  std::optional<std::int64_t> shown;
  std::int64_t decoded;
};

/// At which of the times of decoding, which are delayed by so much as the first, nothing is shown that says so. Both in
/// order.
std::vector<std::int64_t> gaps(const std::vector<std::int64_t>& shown, const std::vector<std::int64_t>& decoded) {
  std::vector<std::int64_t> found;
  const std::int64_t delay = shown.front() - decoded.front();
  for (const std::int64_t time : decoded) {
    const auto next = std::ranges::lower_bound(shown, time + delay - near);
    if (next == shown.end() || *next > time + delay + near) found.push_back(time + delay);
  }
  return found;
}

/// When each is shown: pictures are shown at the same distances at which they are decoded, in another order. So those
/// that do not say when, as in program streams, fill the gaps. Empty where they do not, or two are shown at one time.
std::vector<std::int64_t> times_of_all(const std::vector<Times>& packets) {
  std::vector<std::int64_t> shown, decoded;
  for (const Times& packet : packets) {
    if (packet.shown) shown.push_back(*packet.shown);
    decoded.push_back(packet.decoded);
  }
  std::ranges::sort(shown);
  std::ranges::sort(decoded);
  if (shown.empty() || std::ranges::adjacent_find(shown) != shown.end()) return {};
  const std::size_t lacking = packets.size() - shown.size();
  const std::vector<std::int64_t> free = lacking > 0 ? gaps(shown, decoded) : std::vector<std::int64_t>();
  if (free.size() != lacking) return {};
  std::vector<std::int64_t> all;
  auto next = free.begin();
  for (const Times& packet : packets) all.push_back(packet.shown ? *packet.shown : *next++);
  return all;
}

}  // namespace

std::vector<std::int64_t> times_by_libavformat(const std::filesystem::path& film, int stream,
                                               const std::stop_token& stop) {
  AvInput input(film, stop);
  std::vector<Times> packets;
  while (const AvOwned<AVPacket> packet = input.read()) {
    if (packet->stream_index != stream || packet->size == 0) continue;
    const auto decoded = nanoseconds(packet->dts, input.stream(stream));
    if (!decoded) return {};
    packets.push_back({nanoseconds(packet->pts, input.stream(stream)), *decoded});
  }
  return times_of_all(packets);
}

bool is_misread(const Track& track, const std::vector<std::int64_t>& times) {
  std::vector<std::optional<std::int64_t>> ours;
  for (const Packet& packet : track.packets)
    if (packet.size > 0) ours.push_back(packet.running_time);
  if (ours.size() != times.size()) return false;
  std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = std::numeric_limits<std::int64_t>::min();
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (!ours[i]) return true;
    least = std::min(least, times[i] - *ours[i]);
    most = std::max(most, times[i] - *ours[i]);
  }
  return !times.empty() && most - least > near;
}

Track retimed(const Track& track, const std::vector<std::int64_t>& times) {
  Track result{.id = track.id,
               .type = track.type,
               .caps = Caps(gst_caps_ref(track.caps.get())),
               .tags = nullptr,
               .packets = {},
               .forms = {},
               .by_content = true};
  for (Packet packet : track.packets) {
    if (packet.size == 0) continue;
    packet.timestamp = packet.decoded_at = std::nullopt;
    packet.running_time = packet.stream_time = times[result.packets.size()];
    result.end = std::max(result.end, *packet.running_time);
    result.packets.push_back(packet);
  }
  return result;
}

namespace {

struct Retiming {
  std::vector<std::int64_t> times;
  std::optional<Landmark> first;
  std::size_t next = 0;
};

GstPadProbeReturn give_time(GstPad* pad, GstPadProbeInfo* info, void* data) {
  auto& retiming = *static_cast<Retiming*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* const buffer = gst_buffer_make_writable(gst_pad_probe_info_get_buffer(info));
    info->data = buffer;
    const Caps caps(gst_pad_get_current_caps(pad));
    if (gst_buffer_get_size(buffer) == 0 || is_header(buffer, caps.get()) || retiming.next == retiming.times.size())
      return GST_PAD_PROBE_OK;
    if (retiming.first) {
      if (tail_of(buffer) != retiming.first->tail) return GST_PAD_PROBE_DROP;
      retiming.next = retiming.first->number;
      retiming.first.reset();
    }
    GST_BUFFER_PTS(buffer) = static_cast<GstClockTime>(retiming.times[retiming.next++]);
    GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  } else if (GstEvent* const event = gst_pad_probe_info_get_event(info); GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    info->data = gst_event_new_segment(&segment);
    gst_event_unref(event);
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void retime(GstPad* pad, std::vector<std::int64_t> times, const std::optional<Landmark>& first) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                    give_time, new Retiming{.times = std::move(times), .first = first},
                    [](void* retiming) { delete static_cast<Retiming*>(retiming); });
}

}  // namespace colorize::command
