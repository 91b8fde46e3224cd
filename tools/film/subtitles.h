// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "libav.h"

namespace colorize::command {

/// Brings subtitles that are text from one container's form into another's.
class SubtitleConverter {
 public:
  /// Whether there is such a form, and one comes to it from the stream's.
  static bool knows(const char* format, const AVStream& from);

  /// Throws Failure.
  SubtitleConverter(const char* format, const AVStream& from);

  /// Adds a stream for what convert() gives.
  void add_stream(const AvOutput& output, const AVStream& from) const;
  /// Null for what says nothing. Times stay those of the packet.
  AvOwned<AVPacket> convert(const AVPacket& packet);

 private:
  AvOwned<AVCodecContext> decoder_, encoder_;
};

}  // namespace colorize::command
