// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string_view>

namespace colorize::command {

/// A kind of picture that libvips reads for us; GStreamer's elements and libpng have JPEG, PNG and WebP.
struct PictureKind {
  const char* name;    ///< with its article
  const char* ending;  ///< of a result's name where the source's does not say another
  const char* loader;  ///< the class of libvips's loaders that reads it, without "VipsForeignLoad"; "Raw" is LibRaw
  const char* needed;  ///< what has to be installed for that beside libvips, or nullptr
};

/// Of a file that begins with these bytes; nullptr where it is none of them.
const PictureKind* picture_kind_of(std::string_view bytes);

/// A camera's raw picture, whose file may look like a TIFF.
extern const PictureKind raw_picture;

}  // namespace colorize::command
