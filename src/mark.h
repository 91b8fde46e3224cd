// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace colorize {

/// What a result says of its colours, for people.
inline constexpr const char* mark_sentence =
    "Colours were predicted by a neural network (colorize " COLORIZE_VERSION ") and may differ from the true ones.";

/// The same for machines: a term of IPTC's vocabulary "Digital Source Type", for what is partly made by a trained
/// model.
inline constexpr const char* mark_source_type =
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia";

}  // namespace colorize
