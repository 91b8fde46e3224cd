// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/video/video.h>

#include <string>

#include "pipeline.h"

namespace colorize::command {

/// A line of text that is burnt into pictures of one size, at their lower left.
class Label {
 public:
  /// Throws Failure where GStreamer cannot draw text here.
  Label(const std::string& text, int width, int height);

  /// Or the picture is too small for it.
  bool has_room() const { return composition_ != nullptr; }

  /// Does nothing where there is no room.
  void burn(GstBuffer* picture, const GstVideoInfo& info) const;

 private:
  Owned<GstVideoOverlayComposition> composition_;
};

/// Burns it into every picture that passes a pad.
void label(GstPad* pad, const std::string& text);

}  // namespace colorize::command
