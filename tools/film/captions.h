// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "encoders.h"

namespace colorize::command {

/// Whether closed captions (CEA-608, CEA-708) lie in a packet, or, where a parser has found them, beside it.
bool has_captions(GstBuffer* packet);

/// Whether pictures of the encoder's codec have a place for closed captions.
bool holds_captions(const Encoder& encoder);

/// Behind an encoder, on its stream as pieces keep it: writes the captions that lie beside its packets into them, as
/// ATSC A/53 has it, where the encoder has not done so. Packets of codecs without a place for them stay as they are.
void write_captions(GstPad* pad, const Encoder& encoder);

}  // namespace colorize::command
