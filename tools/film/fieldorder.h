// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "plan.h"

namespace colorize::command {

/// The encoder for the film's pictures where no codec was asked for: another of the container that takes the same
/// pictures, where the recipe's would make whole ones of interlaced ones or square pixels of others. Else the recipe's.
const Encoder& encoder_for_form(const Recipe& recipe, const std::vector<const Track*>& pictures,
                                const Container& container);

/// Remarks, of the plan's `pictures`, on interlaced ones and on pixels that are not square, where codec or container do
/// not say that.
void tell_of_form(FilmPlan& plan, const std::vector<const Track*>& pictures, const Container& container);

/// Caps of interlaced pictures that pass the source pad say which field comes first, as encoders and muxers go by it.
/// Where they leave it to the pictures, as GStreamer's decoders by libavcodec do, they and what follows wait for the
/// first picture. Pictures of which only some are interlaced may begin with a whole one: then the upper field is first.
void say_field_order(GstPad* pad);

}  // namespace colorize::command
