// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan.h"

namespace colorize::command {

/// How far the encoder of a piece has come.
struct Encoding {
  const FilmPlan& plan;
  std::size_t track;
  GstSegment segment = {};
  std::int64_t last = Piece::first;  ///< running time of the last of its pictures
};

/// On what goes into the piece, events and buffers: it holds no more events than make it a stream, since gdppay cannot
/// write some, and none is of the film. Posts an error where pictures get another size. For gst_pad_add_probe(); `data`
/// is the Encoding.
GstPadProbeReturn make_plain(GstPad* pad, GstPadProbeInfo* info, void* data);

}  // namespace colorize::command
