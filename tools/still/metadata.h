// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>
#include <string_view>

namespace colorize::command {

/// How the pixels of a JPEG, PNG, TIFF or WebP file are to be turned to stand upright, as EXIF numbers the ways: 1..8,
/// and 1, as they are, where the file says nothing.
int orientation_of(std::string_view file);

/// The same as videoflip's video-direction.
const char* direction_of(int orientation);

/// Does a JPEG or TIFF file lack its end? Decoders fill up what is missing without a word.
bool is_cut_off(std::string_view file);

bool is_cmyk_jpeg(std::string_view file);

bool is_png(std::string_view file);

/// Is it a WebP or PNG file of several pictures?
bool is_animation(std::string_view file);

/// An animated WebP file's first picture as a file; any other file as it is.
std::string first_picture(std::string file);

/// Bits a sample of a PNG or TIFF file; 8 of any other.
int bits_of(std::string_view file);

/// `picture` with what `source` says of itself: XMP and, where it is a file of the same kind, EXIF, IPTC, comments,
/// resolution and a profile of its colours. Its pixels are upright now, so neither EXIF nor XMP says other, and it
/// shows no thumbnail, which would be of the source. Where colours were predicted for it, its XMP says so, see
/// revised_xmp(). Throws Failure where that has no room in a JPEG.
std::string with_metadata(std::string picture, std::string_view source, bool coloured);

/// What `source` says of itself and `picture` does not, in words; empty where nothing is missing.
std::string left_out(std::string_view picture, std::string_view source);

}  // namespace colorize::command
