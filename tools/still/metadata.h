// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace colorize::command {

/// How the pixels of a JPEG, PNG, TIFF or WebP file are to be turned to stand upright, as EXIF numbers the ways: 1..8,
/// and 1, as they are, where the file says nothing.
int orientation_of(std::string_view file);

/// The same as videoflip's video-direction.
const char* direction_of(int orientation);

struct Sides {
  std::uint64_t width, height;
};

/// What a JPEG, PNG or WebP file says of its size.
std::optional<Sides> sides_of(std::string_view file);

/// Does a JPEG or TIFF file lack its end? Decoders fill up what is missing without a word. A PNG that is much too small
/// for its size does.
bool is_cut_off(std::string_view file);

/// Does more than its picture lie in a JPEG file, as other pictures and films of telephones do?
bool has_more(std::string_view file);

bool is_cmyk_jpeg(std::string_view file);

/// What a JPEG of a kind that decoders do not know is; empty for others.
std::string foreign_jpeg(std::string_view file);

/// Can pixels of a PNG or WebP file be transparent?
bool has_alpha(std::string_view file);

bool is_png(std::string_view file);

/// Is it a WebP or PNG file of several pictures?
bool is_animation(std::string_view file);

/// A file of the pixels alone, so that no decoder unpacks what else is there: of an animated WebP its first picture, of
/// a PNG the chunks that make one. Any other file as it is.
std::string pixels_of(std::string file);

/// Bits a sample of a PNG file; 8 of any other.
int bits_of(std::string_view file);

/// `picture` with what `source` says of itself: XMP and, where it is a file of the same kind, EXIF, IPTC, comments,
/// resolution and a profile of its colours. Its pixels are upright now, so neither EXIF nor XMP says other, and it
/// shows no thumbnail, which would be of the source. Where colours were predicted for it, its XMP says so, see
/// revised_xmp(). Throws Failure where that has no room in a JPEG.
std::string with_metadata(std::string picture, std::string_view source, bool coloured);

/// What a picture says of itself that comes without a file of one of these kinds.
struct Said {
  std::string exif, xmp, icc;
};

/// Files without pixels that say it, to be a source for with_metadata() and left_out(). A JPEG has no room for all.
std::string as_png(const Said& said);
std::string as_jpeg(const Said& said);

/// What `source` says of itself and `picture` does not, in words; empty where nothing is missing.
std::string left_out(std::string_view picture, std::string_view source);

}  // namespace colorize::command
