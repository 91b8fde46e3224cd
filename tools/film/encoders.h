// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/choices.h"
#include "common/pipeline.h"

namespace colorize::command {

/// How a codec is made by one encoder.
struct Encoder {
  const char* codec;
  const char* element;
  const char* package;        ///< Debian's, that brings it, or null where it is our own
  const char* settings;       ///< with %d for the quality, %t and %f for threads, all and those that share its frames,
                              ///< %s for the speed
  int worst, best, usual;     ///< quality on the encoder's own scale for 0, for 100, and where nothing is asked for
  const char* formats;        ///< of its pictures, and those of fewer bits that they can be made from; these first
  const char* stored;         ///< the caps of its stream as pieces keep it
  const char* parser;         ///< what brings the stream into the form that the muxer takes, or null
  const char* in_order = "";  ///< settings by which frames are stored in the order in which they are shown
  int multiple = 1;           ///< sides are multiples of it
  int multiple_of_fields = multiple;  ///< the height of interlaced pictures is one of this
  bool says_range = true;             ///< or its pictures are taken for those of broadcasts
  const char* speeds = "";            ///< values for %s by Choices::Speed
  int played = 16;  ///< bits that most telephones, televisions and browsers play, of those that it makes
};

/// Where a container says of what is in it, other than by tracks and chapters.
enum class Says { nothing, comment, comment_and_xmp };

/// A file format by the ending of its name.
struct Container {
  const char* endings;
  const char* muxer;
  const char* format;  ///< libavformat's name
  const char* package;
  const char* codecs;  ///< in order of preference
  Says says;
  bool in_order = false;  ///< it cannot say when a frame is shown, other than after the one before
};

/// The codecs that a user can ask for: those between which some container leaves a choice.
std::vector<std::string> codec_names();

/// Those of them that an installed encoder makes.
std::vector<std::string> installed_codecs();

/// The ending for each container that can be written.
std::vector<std::string> container_names();

/// Of pictures where the name has a number, as out.%06d.png has. Throws Failure for a name of which nothing is known.
const Container& container_of(const std::filesystem::path& output);

/// Whether that is no container, but each picture a file.
bool is_of_pictures(const Container& container);

/// The encoder for `codec`, which has to fit the container, or for the first of the container's own that is installed;
/// none of hardware. Throws Failure.
const Encoder& encoder_for(const Container& container, const std::string& codec);

/// What a user can ask for where an encoder does not keep something: "; --codec vp9 keeps them" where the container can
/// hold a codec whose encoder does, or else "; --codec " and `elsewhere`.
std::string advice(const Container& container, bool (*keeps)(const Encoder&), const char* elsewhere);

/// By its element's name, also of hardware. Throws Failure.
const Encoder& encoder_named(const std::string& element);

/// A piece of a pipeline's description: from raw video to the stream as pieces keep it, with the quality and speed of
/// `choices`. `in_order`: frames are stored in the order in which they are shown. `threads`: of the encoder, where its
/// bits depend on them.
std::string encoder_description(const Encoder& encoder, const Choices& choices, bool in_order, int threads);

/// The formats, as caps' "format", in which pictures go through colorize on their way to the encoder.
std::vector<std::string> formats(const Encoder& encoder);

/// A pad of the muxer's for such a stream, and the parser between, if one is needed. Null where it takes no such
/// stream.
struct Entry {
  Pad pad;
  Element parser;
};
Entry entry(GstElement* muxer, GstCaps* caps);

}  // namespace colorize::command
