// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace colorize::command {

/// From here on the rows of pictures of planes go on with their last sample up to a multiple of 8, JPEG's blocks:
/// jpegenc encodes what stands in memory there, which may be anything, and it would be seen in the block's colours.
void pad_rows(GstPad* pad);

}  // namespace colorize::command
