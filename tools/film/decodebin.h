// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

#include <functional>
#include <string>

namespace colorize::command {

// What a decodebin, or a uridecodebin, has to be told so that it does right by films.

/// Packets reach the decoder as is_for_decoder_alone() wants it.
void keep_packets_whole(GstElement* decodebin);

/// It can be sought in: after a seek GStreamer from 1.24 on loses frames that libavcodec decodes in threads of their
/// own.
void decode_in_turn(GstElement* decodebin);

/// Both, for a film's pictures as Source has them, which are `sought` or read from the film's start. `decodes`, which
/// outlives it, is told the name of the decoder.
void set_up_decodebin(GstElement* decodebin, bool sought, const std::function<void(const std::string&)>& decodes);

}  // namespace colorize::command
