// SPDX-License-Identifier: LGPL-2.1-or-later
#include "frametimes.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "timeline.h"

namespace colorize::command {

namespace {

struct Mending {
  std::vector<std::int64_t> times;  // in order
  GstSegment segment{};
  std::optional<std::int64_t> last;
};

/// Packets that are said to be shown at one time share the time until the next.
std::vector<std::int64_t> spread(std::vector<std::int64_t> times) {
  for (auto begin = times.begin(); begin != times.end();) {
    const auto end = std::upper_bound(begin, times.end(), *begin);
    const std::int64_t count = end - begin;
    for (std::int64_t i = 1; i < count && end != times.end(); ++i) begin[i] += (*end - *begin) * i / count;
    begin = end;
  }
  return times;
}

/// Gives a frame the time after the last one's.
GstBuffer* mended(Mending& mending, GstBuffer* buffer) {
  const auto next = std::ranges::upper_bound(mending.times, *mending.last);
  const GstClockTime duration = GST_BUFFER_DURATION_IS_VALID(buffer) ? GST_BUFFER_DURATION(buffer) : 0;
  const std::int64_t time = next == mending.times.end() ? *mending.last + static_cast<std::int64_t>(duration) : *next;
  guint64 position = 0;
  if (time < 0 || gst_segment_position_from_running_time_full(&mending.segment, GST_FORMAT_TIME,
                                                              static_cast<guint64>(time), &position) != 1)
    return buffer;
  buffer = gst_buffer_make_writable(buffer);
  GST_BUFFER_PTS(buffer) = position;
  if (next != mending.times.end() && next + 1 != mending.times.end())
    GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(next[1] - *next);
  mending.last = time;
  return buffer;
}

GstPadProbeReturn mend(GstPad*, GstPadProbeInfo* info, void* data) {
  auto& mending = *static_cast<Mending*>(data);
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    GstBuffer* const buffer = gst_pad_probe_info_get_buffer(info);
    const auto time = running_time(mending.segment, GST_BUFFER_PTS(buffer));
    if (mending.last && (!time || *time <= *mending.last))
      info->data = mended(mending, buffer);
    else
      mending.last = time;
  } else if (GstEvent* const event = gst_pad_probe_info_get_event(info); GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT) {
    gst_event_copy_segment(event, &mending.segment);
  }
  return GST_PAD_PROBE_OK;
}

}  // namespace

void mend_times(GstPad* pad, std::vector<std::int64_t> shown) {
  gst_pad_add_probe(pad, static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
                    mend, new Mending{.times = spread(std::move(shown)), .segment = {}, .last = {}},
                    [](void* mending) { delete static_cast<Mending*>(mending); });
}

std::size_t count_misplaced(const JoinedPictures& pictures) {
  // Of frames that repeat the last one there may be no packets.
  if (pictures.untimed > 0 || pictures.of_packets.size() < pictures.times.size()) return 0;
  constexpr std::int64_t near = 5 * GST_MSECOND;
  std::vector<std::int64_t> shown = pictures.of_packets;
  std::ranges::sort(shown);
  const auto is_misplaced = [&](std::int64_t time) {
    const auto next = std::ranges::lower_bound(shown, time - near);
    return next == shown.end() || *next > time + near;
  };
  return static_cast<std::size_t>(std::ranges::count_if(pictures.times, is_misplaced));
}

std::size_t count_shared(std::vector<std::int64_t> times) {
  std::ranges::sort(times);
  return static_cast<std::size_t>(times.end() - std::unique(times.begin(), times.end()));
}

}  // namespace colorize::command
