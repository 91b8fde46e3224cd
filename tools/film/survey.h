// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "common/pipeline.h"
#include "form.h"

namespace colorize::command {

/// A frame as it is stored, in order of decoding. Times in nanoseconds.
struct Packet {
  std::optional<std::int64_t> timestamp;     ///< as it is written on it
  std::optional<std::int64_t> stream_time;   ///< where a seek finds it
  std::optional<std::int64_t> running_time;  ///< when it is shown, on the clock that all tracks share
  std::optional<std::int64_t> decoded_at;    ///< running time
  std::size_t size;
  std::uint64_t tail;  ///< tail_of() it
  bool keyframe;
  bool is_between = false;  ///< shown before the one before it, where its time does not tell
};

/// Whether a buffer holds no frame: Theora has its parameters before the frames. (Other codecs' frames may begin with a
/// header.)
bool is_header(GstBuffer* buffer, const GstCaps* caps);

/// A digest of its last bytes, since parsers put headers before a keyframe or not.
std::uint64_t tail_of(GstBuffer* buffer);

/// The tag's text; empty where there is none. `tags` may be null.
std::string tag(const GstTagList* tags, const char* name);

struct Track {
  std::string id;
  GstStreamType type;
  Caps caps;
  TagList tags;  ///< or null
  std::vector<Packet> packets;
  std::vector<Form> forms;    ///< more than one where the stream changes on its way
  std::int64_t end = 0;       ///< running time
  bool has_captions = false;  ///< inside the pictures (CEA-608, CEA-708)
  bool by_decoding = false;   ///< the only times are those of decoding: goes_by_decoding()
  bool by_content = false;    ///< the times are not GStreamer's: retimed()

  bool is_picture() const { return type & GST_STREAM_TYPE_VIDEO; }
  /// What has to be added to the stream time of packets for their running time; nothing where that varies, as in a film
  /// whose container says that it is cut and spliced, or where they have no times.
  std::optional<std::int64_t> delay() const;
  /// What has to be added to the timestamps of packets for their running time; nothing where that varies, but at the
  /// beginning, where Matroska's demuxer does not know yet when the film begins.
  std::optional<std::int64_t> shift() const;
  /// For people: "MPEG-4 AAC (eng)".
  std::string name() const;
};

/// What is in a film. Found by reading it once as a whole, without decoding.
struct Survey {
  std::vector<Track> tracks;
  TagList tags;                          ///< of the whole film, or null
  Owned<GstToc> toc;                     ///< or null
  std::int64_t end = 0;                  ///< of the last track
  bool open = false;                     ///< stops where its format knows how to end
  std::vector<std::string> left_behind;  ///< the tracks of another film that the file goes on with, by their names
};

/// Throws Failure for what is no film or ends before its time, Interrupted.
Survey survey(const std::filesystem::path& film, const std::stop_token& stop);

/// What a seek to a time must deliver. Stream times.
struct Stretch {
  std::int64_t seek;
  std::int64_t latest;  ///< from a keyframe here or before on
  std::int64_t until;
  bool by_timestamps;  ///< by which packets are known again: what the demuxer says of them may depend on what it has
                       ///< read
};

/// Whether a seek delivers the very packets that reading the film from its start does, all through the stretch, and
/// decoding can begin there. Throws Failure or Interrupted.
bool is_found_again(const std::filesystem::path& film, const Track& track, const Stretch& stretch,
                    const std::stop_token& stop);

}  // namespace colorize::command
