// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace colorize {

namespace {

using namespace std::string_view_literals;

constexpr auto jpeg_start = "\xFF\xD8\xFF"sv, png_start = "\x89PNG\r\n\x1A\n"sv, exif_start = "Exif\0\0"sv;

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

/// A part of a file: a segment of a JPEG or a chunk of a PNG or WebP.
struct Block {
  std::string kind;
  std::size_t begin, end;             ///< with its frame
  std::size_t payload, payload_size;  ///< without

  std::string_view of(std::string_view file) const { return file.substr(payload, payload_size); }
};

/// The segments up to the compressed pixels.
std::vector<Block> jpeg_blocks(std::string_view file) {
  std::vector<Block> blocks;
  for (std::size_t at = 2; at + 4 <= file.size() && file[at] == '\xFF';) {
    const std::size_t size = big_endian(file.substr(at + 2, 2));
    if (file[at + 1] == '\xDA' || size < 2 || at + 2 + size > file.size()) break;
    blocks.push_back({std::string(1, file[at + 1]), at, at + 2 + size, at + 4, size - 2});
    at = blocks.back().end;
  }
  return blocks;
}

std::vector<Block> png_blocks(std::string_view file) {
  std::vector<Block> blocks;
  for (std::size_t at = png_start.size(); at + 12 <= file.size();) {
    const std::size_t size = big_endian(file.substr(at, 4));
    if (size > file.size() - at - 12) break;
    blocks.push_back({std::string(file.substr(at + 4, 4)), at, at + 12 + size, at + 8, size});
    at = blocks.back().end;
  }
  return blocks;
}

std::vector<Block> webp_blocks(std::string_view file) {
  std::vector<Block> blocks;
  for (std::size_t at = 12; at + 8 <= file.size();) {
    const std::size_t size = little_endian(file.substr(at + 4, 4));
    if (size > file.size() - at - 8) break;
    blocks.push_back({std::string(file.substr(at, 4)), at, at + 8 + size + size % 2, at + 8, size});
    at = blocks.back().end;
  }
  return blocks;
}

/// The first directory of a TIFF file, which EXIF is too.
class Directory {
 public:
  explicit Directory(std::string_view tiff) : tiff_(tiff), little_(tiff.starts_with("II")) {
    if (tiff.size() < 8 || !(little_ || tiff.starts_with("MM")) || number(2, 2) != 42) return;
    const std::size_t start = number(4, 4);
    if (start > tiff.size() - 2) return;
    const std::size_t entries = number(start, 2);
    if (start + 2 + entries * 12 + 4 > tiff.size()) return;
    for (std::size_t at = start + 2; at < start + 2 + entries * 12; at += 12)
      if (number(at, 2) == 0x0112) orientation_ = at + 8;
    next_ = start + 2 + entries * 12;
  }

  int orientation() const {
    const std::uint32_t value = orientation_ ? number(*orientation_, 2) : 1;
    return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
  }

  /// Makes `tiff`, a copy of it, one of an upright picture without a thumbnail, which would be in the second directory.
  void make_upright(char* tiff) const {
    if (orientation_) tiff[*orientation_ + (little_ ? 0 : 1)] = 1, tiff[*orientation_ + (little_ ? 1 : 0)] = 0;
    if (next_) std::fill_n(tiff + *next_, 4, '\0');
  }

 private:
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    const auto part = tiff_.substr(at, bytes);
    return little_ ? little_endian(part) : big_endian(part);
  }

  std::string_view tiff_;
  bool little_;
  std::optional<std::size_t> orientation_, next_;  // where they stand
};

bool is_webp(std::string_view file) {
  return file.size() >= 12 && file.starts_with("RIFF") && file.substr(8, 4) == "WEBP";
}

/// The EXIF of a file as a TIFF file; of a TIFF file itself.
std::string_view exif_of(std::string_view file) {
  if (file.starts_with(jpeg_start)) {
    for (const Block& block : jpeg_blocks(file))
      if (block.kind == "\xE1" && block.of(file).starts_with(exif_start))
        return block.of(file).substr(exif_start.size());
  } else if (file.starts_with(png_start)) {
    for (const Block& block : png_blocks(file))
      if (block.kind == "eXIf") return block.of(file);
  } else if (is_webp(file)) {
    for (const Block& block : webp_blocks(file))
      if (block.kind == "EXIF") return block.of(file).substr(block.of(file).starts_with(exif_start) ? 6 : 0);
  } else {
    return file;
  }
  return {};
}

/// A profile of a gray picture's tones is none of a picture in colour.
bool is_colour_profile(std::string_view icc_segment) {
  constexpr std::size_t colour_space = 14 + 16;  // "ICC_PROFILE", two numbers, and then the profile
  return icc_segment.starts_with("ICC_PROFILE\0"sv) && icc_segment.size() > colour_space + 4 &&
         icc_segment.substr(colour_space, 4) == "RGB ";
}

std::string jpeg_metadata(std::string_view source) {
  std::string metadata;
  bool colour_profile = false;
  for (const Block& block : jpeg_blocks(source)) {
    const auto payload = block.of(source);
    if (block.kind == "\xE2" && !colour_profile) colour_profile = is_colour_profile(payload);
    const bool kept = block.kind == "\xE1" || block.kind == "\xED" || block.kind == "\xFE" ||
                      (block.kind == "\xE2" && colour_profile && payload.starts_with("ICC_PROFILE\0"sv));
    if (!kept) continue;
    const std::size_t start = metadata.size();
    metadata += source.substr(block.begin, block.end - block.begin);
    if (block.kind == "\xE1" && payload.starts_with(exif_start))
      Directory(payload.substr(exif_start.size())).make_upright(metadata.data() + start + 4 + exif_start.size());
  }
  return metadata;
}

std::string png_metadata(std::string_view source) {
  constexpr std::array kept{"tEXt", "zTXt", "iTXt", "pHYs", "tIME", "gAMA", "cHRM", "sRGB", "iCCP", "eXIf"};
  const bool gray = source.size() > 25 && (source[25] == 0 || source[25] == 4);  // IHDR's colour type
  std::string metadata;
  for (const Block& block : png_blocks(source)) {
    const bool stale =
        (block.kind == "iCCP" && gray) || (block.kind == "eXIf" && Directory(block.of(source)).orientation() != 1);
    if (!stale && std::ranges::find(kept, block.kind) != kept.end())
      metadata += source.substr(block.begin, block.end - block.begin);
  }
  return metadata;
}

}  // namespace

int orientation_of(std::string_view file) { return Directory(exif_of(file)).orientation(); }

const char* direction_of(int orientation) {
  static constexpr std::array directions{"identity", "horiz", "180", "vert", "ul-lr", "90r", "ur-ll", "90l"};
  return directions.at(static_cast<std::size_t>(orientation - 1));
}

bool is_cut_off(std::string_view file) {
  if (!file.starts_with(jpeg_start)) return false;
  const auto blocks = jpeg_blocks(file);  // a thumbnail in one of them has an end of its own
  return file.find("\xFF\xD9"sv, blocks.empty() ? 0 : blocks.back().end) == std::string_view::npos;
}

std::string with_metadata(std::string picture, std::string_view source) {
  if (picture.starts_with(jpeg_start) && source.starts_with(jpeg_start)) {
    const auto blocks = jpeg_blocks(picture);
    const bool jfif = !blocks.empty() && blocks[0].kind == "\xE0";
    picture.insert(jfif ? blocks[0].end : 2, jpeg_metadata(source));
  } else if (picture.starts_with(png_start) && source.starts_with(png_start)) {
    picture.insert(png_blocks(picture).at(0).end, png_metadata(source));
  }
  return picture;
}

}  // namespace colorize
