// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "pieceplay.h"

namespace colorize::command {

/// How far the encoder of a piece has come.
struct Encoding {
  const FilmPlan& plan;
  const PieceGate& gate;
  std::int64_t last = Piece::first;  ///< running time of the picture that it got last
};

/// Before the encoder: keeps `last`. For gst_pad_add_probe(); `data` is the Encoding.
GstPadProbeReturn follow(GstPad* pad, GstPadProbeInfo* info, void* data);

/// Behind it, on what goes into the piece, which holds no more events than make it a stream: gdppay cannot write some,
/// and none is of the film. Posts an error where pictures get another size. `data` is the Encoding.
GstPadProbeReturn make_plain(GstPad* pad, GstPadProbeInfo* info, void* data);

}  // namespace colorize::command
