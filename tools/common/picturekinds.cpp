// SPDX-License-Identifier: LGPL-2.1-or-later
#include "picturekinds.h"

#include <glib.h>

#include <cstddef>

namespace colorize::command {

namespace {

using namespace std::string_view_literals;

constexpr const char* magick = "libvips's module for ImageMagick";
constexpr const char* decoders = "a decoder for libheif, on Debian libheif-plugin-libde265 or libheif-plugin-dav1d";

constexpr PictureKind tiff{"a TIFF picture", ".tif", "Tiff", nullptr};
constexpr PictureKind heic{"a HEIC picture", ".heic", "Heif", decoders};
constexpr PictureKind avif{"an AVIF picture", ".avif", "Heif", decoders};
constexpr PictureKind jpeg_2000{"a JPEG 2000 picture", ".png", "Jp2k", nullptr};
constexpr PictureKind jpeg_xl{"a JPEG XL picture", ".png", "Jxl", nullptr};
constexpr PictureKind gif{"a GIF picture", ".png", "Nsgif", nullptr};
constexpr PictureKind photoshop{"a Photoshop picture", ".png", "Magick", magick};
constexpr PictureKind bitmap{"a BMP picture", ".png", "Magick", magick};
constexpr PictureKind netpbm{"a PNM picture", ".png", "Magick",
                             magick};  // libvips's own loader believes white to be 255

}  // namespace

constexpr PictureKind raw_picture{"a camera's raw picture", ".png", "Raw", nullptr};

namespace {

constexpr struct {
  std::size_t offset;
  std::string_view bytes;
  const PictureKind& kind;
} beginnings[] = {
    {8, "CR\2\0"sv, raw_picture},  // Canon's, which is a TIFF without the raw picture otherwise
    {0, "II*\0"sv, tiff},
    {0, "MM\0*"sv, tiff},
    {0, "II+\0"sv, tiff},  // BigTIFF
    {0, "MM\0+"sv, tiff},
    {0, "IIRO"sv, raw_picture},
    {0, "IIRS"sv, raw_picture},
    {0, "MMOR"sv, raw_picture},
    {0, "IIU\0"sv, raw_picture},
    {0, "FUJIFILMCCD-RAW"sv, raw_picture},
    {4, "ftypcrx"sv, raw_picture},
    {4, "ftypavif"sv, avif},
    // The brands of ISO/IEC 23008-12: heic, heix, heim, heis and mif1; hevc, hevx and msf1 are films.
    {4, "ftyphei"sv, heic},
    {4, "ftypmif1"sv, heic},
    {4, "jP  \r\n\x87\n"sv, jpeg_2000},
    {0, "\xFF\x4F\xFF\x51"sv, jpeg_2000},  // without a file around it
    {4, "JXL \r\n\x87\n"sv, jpeg_xl},
    {0, "\xFF\x0A"sv, jpeg_xl},
    {0, "GIF87a"sv, gif},
    {0, "GIF89a"sv, gif},
    {0, "8BPS\0\1"sv, photoshop},
    {0, "8BPS\0\2"sv, photoshop},
};

bool is_bitmap(std::string_view bytes) {
  constexpr auto sizes = "\x0C\x28\x34\x38\x40\x6C\x7C"sv;  // of the header that follows
  return bytes.size() > 18 && bytes.starts_with("BM") && bytes.substr(6, 4) == "\0\0\0\0"sv &&
         sizes.find(bytes[14]) != sizes.npos && bytes.substr(15, 3) == "\0\0\0"sv;
}

bool is_netpbm(std::string_view bytes) {
  return bytes.size() > 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '6' && g_ascii_isspace(bytes[2]) &&
         (g_ascii_isdigit(bytes[3]) || bytes[3] == '#');
}

}  // namespace

const PictureKind* picture_kind_of(std::string_view bytes) {
  for (const auto& [offset, magic, kind] : beginnings)
    if (bytes.size() > offset && bytes.substr(offset).starts_with(magic)) return &kind;
  if (is_bitmap(bytes)) return &bitmap;
  return is_netpbm(bytes) ? &netpbm : nullptr;
}

}  // namespace colorize::command
