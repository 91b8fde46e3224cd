// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stop_token>

namespace colorize::command {

/// `gst-colorize --thumbnail FILE PICTURE`: writes the first picture of a film, of a piece of one (film/piece.h), or of
/// a photograph, small, as a JPEG; or of a photograph, where PICTURE is called a PNG, one that says colours
/// (src/colourreference.h). A process of its own, since decoders may crash. Returns an exit status. Throws
/// Failure.
int thumbnail(int argc, char** argv, const std::stop_token& stop);

}  // namespace colorize::command
