// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "plan.h"

namespace colorize::command {

/// The bits of a sample of such a stream, as far as its caps tell; 0 where they do not.
int depth_of(GstCaps* caps);

/// Whether an encoder's pictures are R'G'B'.
bool takes_rgb(const Encoder& encoder);

/// What pictures of so many bits have to be that an encoder of R'G'B' gets, with " ! " behind it; empty where it may
/// choose. Left to itself a converter makes R'G'B' of 8 bits of luma and chroma of 16.
std::string filter_before_encoder(const Recipe& recipe, int depth);

/// The remark on pictures with alpha, which is not written here, whatever the codec could hold.
inline Remark without_alpha() {
  return {"alpha-lost", "its transparency (alpha) gets lost, since results are written without it"};
}

/// Whether the caps of a stream tell that there is alpha.
bool has_alpha(GstCaps* caps);

/// Sets in which formats pictures go through colorize on their way to the encoder: those of the depth that holds what
/// they have, or what the encoder can hold of it. `decoded` is as they come, of no more than `depth` bits where that is
/// not 0. Gray of 8 bits stays gray, so that colorize itself puts the colour beside it. `converter` makes what `filter`
/// lets pass. Returns as what they are to come.
Caps choose_formats(GstElement* converter, GstElement* filter, const Recipe& recipe, GstCaps* decoded, int depth);

/// Remarks on bits of the pictures that the encoder cannot hold.
void tell_of_depth(FilmPlan& plan, const Container& container);

}  // namespace colorize::command
