// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata.h"

#include <glib.h>
#include <png.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/failure.h"
#include "common/words.h"
#include "common/xmp.h"
#include "tiff.h"

namespace colorize::command {

namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

// Markers of a JPEG (ITU-T T.81, table B.1): a byte FF, which all share, and one of their own.
namespace jpeg {
constexpr const char* sos = "\xDA";    // start of scan, after which pixels follow
constexpr const char* app0 = "\xE0";   // JFIF
constexpr const char* app1 = "\xE1";   // EXIF, XMP
constexpr const char* app2 = "\xE2";   // ICC's profiles of colours
constexpr const char* app11 = "\xEB";  // JUMBF, which C2PA uses
constexpr const char* app13 = "\xED";  // Photoshop's resources, of which one is IPTC's
constexpr const char* com = "\xFE";    // comment
constexpr auto eoi = "\xFF\xD9"sv;     // end of image, as a whole
}  // namespace jpeg

/// Where numbers of IHDR, the first chunk of a PNG, lie in the file.
namespace ihdr {
constexpr std::size_t width = 16, height = 20, bit_depth = 24, colour_type = 25;
}

// Of VP8X, a WebP's first chunk where it is more than pixels.
namespace vp8x {
constexpr unsigned has_xmp = 0x04, has_exif = 0x08, has_alpha = 0x10, has_profile = 0x20;  // its flags
constexpr std::size_t canvas = 4;                                                          // lies behind them
}  // namespace vp8x

constexpr std::size_t webp_sides = 6;  // bytes that a width and a height take in VP8X and ANMF, each less 1

constexpr auto jpeg_start = "\xFF\xD8\xFF"sv, png_start = "\x89PNG\r\n\x1A\n"sv;
constexpr auto jfif_start = "JFIF\0"sv, exif_start = "Exif\0\0"sv, icc_start = "ICC_PROFILE\0"sv;
constexpr auto xmp_start = "http://ns.adobe.com/xap/1.0/\0"sv;  // of the first part of two, or of all
constexpr auto xmp_extension_start = "http://ns.adobe.com/xmp/extension/\0"sv;
constexpr auto png_xmp_start = "XML:com.adobe.xmp\0"sv, png_raw_xmp_start = "Raw profile type xmp\0"sv;

/// A part of a file: a segment of a JPEG or a chunk of a PNG or WebP.
struct Block {
  std::string kind;
  std::size_t begin, end;             ///< with its frame
  std::size_t payload, payload_size;  ///< without

  std::string_view of(std::string_view file) const { return file.substr(payload, payload_size); }
};

/// The segments up to the compressed pixels.
std::vector<Block> jpeg_blocks(std::string_view file) {
  // Between them lie fill bytes (ITU-T T.81, B.1.1.2), markers that have no segment, and what damage has left: decoders
  // go on with the next marker.
  const auto has_none = [](char kind) { return kind == '\0' || kind == '\1' || (kind >= '\xD0' && kind <= '\xD8'); };
  std::vector<Block> blocks;
  for (std::size_t at = 2; (at = file.find('\xFF', at)) != std::string_view::npos;) {
    if (at + 4 > file.size()) break;
    const std::string_view kind = file.substr(at + 1, 1);
    if (kind[0] == '\xFF' || has_none(kind[0])) {
      at += kind[0] == '\xFF' ? 1 : 2;
      continue;
    }
    const std::size_t size = big_endian(file.substr(at + 2, 2));  // counts itself
    if (kind == jpeg::sos || "\xFF"s + std::string(kind) == jpeg::eoi || size < 2 || at + 2 + size > file.size()) break;
    blocks.push_back({std::string(kind), at, at + 2 + size, at + 4, size - 2});
    at = blocks.back().end;
  }
  return blocks;
}

std::vector<Block> png_blocks(std::string_view file) {
  std::vector<Block> blocks;
  constexpr std::size_t head = 8, frame = head + 4;  // the size and the kind, and a checksum at the end
  for (std::size_t at = png_start.size(); at + frame <= file.size();) {
    const std::size_t size = big_endian(file.substr(at, 4));
    if (size > file.size() - at - frame) break;
    blocks.push_back({std::string(file.substr(at + 4, 4)), at, at + frame + size, at + head, size});
    at = blocks.back().end;
  }
  return blocks;
}

std::vector<Block> webp_blocks(std::string_view file) {
  std::vector<Block> blocks;
  constexpr std::size_t first = 12, head = 8;  // behind RIFF, its size and WEBP; the kind and the size
  for (std::size_t at = first; at + head <= file.size();) {
    const std::size_t size = little_endian(file.substr(at + 4, 4));
    if (size > file.size() - at - head) break;
    blocks.push_back({std::string(file.substr(at, 4)), at, at + head + size + size % 2, at + head, size});
    at = blocks.back().end;
  }
  return blocks;
}

enum class Kind { jpeg, png, webp, tiff };

Kind kind_of(std::string_view file) {
  if (file.starts_with(jpeg_start)) return Kind::jpeg;
  if (file.starts_with(png_start)) return Kind::png;
  return file.size() >= 12 && file.starts_with("RIFF") && file.substr(8, 4) == "WEBP" ? Kind::webp : Kind::tiff;
}

/// TIFF's have a directory of tags instead, and names are numbers.
std::vector<Block> tiff_blocks(std::string_view file) {
  std::vector<Block> blocks;
  const TiffDirectory directory = first_page(file);
  for (const auto& entry : directory.entries())
    blocks.push_back(
        {std::to_string(entry.tag), entry.place, entry.place + entry.value.size(), entry.place, entry.value.size()});
  return blocks;
}

std::vector<Block> blocks_of(std::string_view file) {
  switch (kind_of(file)) {
    case Kind::jpeg:
      return jpeg_blocks(file);
    case Kind::png:
      return png_blocks(file);
    case Kind::webp:
      return webp_blocks(file);
    case Kind::tiff:
      return tiff_blocks(file);
  }
  return {};
}

/// What a block says, if it says anything of the picture that its pixels do not.
struct Statement {
  std::string kind;
  std::string_view start;
  const char* what;
};
constexpr const char *exif = "EXIF", *xmp = "XMP", *iptc = "IPTC", *text = "text", *profile = "colour profile",
                     *manifest = "C2PA manifest";
const Statement statements[]{
    // JPEG
    {jpeg::app1, exif_start, exif},
    {jpeg::app1, "http://ns.adobe.com/", xmp},
    {jpeg::app2, icc_start, profile},
    {jpeg::app13, "", iptc},
    {jpeg::com, "", text},
    {jpeg::app11, "JP", manifest},
    // PNG
    {"eXIf", "", exif},
    {"iTXt", png_xmp_start, xmp},
    {"tEXt", png_raw_xmp_start, xmp},
    {"zTXt", png_raw_xmp_start, xmp},
    {"iTXt", "", text},
    {"tEXt", "", text},
    {"zTXt", "", text},
    {"caBX", "", manifest},
    {"iCCP", "", profile},
    // WebP
    {"EXIF", "", exif},
    {"XMP ", "", xmp},
    {"ICCP", "", profile},
    {"C2PA", "", manifest},
    // TIFF
    {std::to_string(TiffDirectory::exif_directory), "", exif},
    {std::to_string(TiffDirectory::xmp), "", xmp},
    {std::to_string(TiffDirectory::icc_profile), "", profile},
    {std::to_string(TiffDirectory::iptc), "", iptc},
    {std::to_string(TiffDirectory::image_description), "", text},
    {std::to_string(TiffDirectory::artist), "", text},
    {std::to_string(TiffDirectory::copyright), "", text},
    {std::to_string(TiffDirectory::c2pa), "", manifest},
};

const char* said_by(const Block& block, std::string_view file) {
  for (const auto& [kind, start, what] : statements)
    if (block.kind == kind && block.of(file).starts_with(start)) {
      // APP11 and its kind hold other boxes (JUMBF, ISO 19566-5) as well.
      return what == manifest && block.of(file).substr(0, 128).find("c2pa") == std::string_view::npos ? nullptr : what;
    }
  return nullptr;
}

/// The EXIF of a file as a TIFF file; of a TIFF file itself.
std::string_view exif_of(std::string_view file) {
  if (kind_of(file) == Kind::tiff) return file;
  for (const Block& block : blocks_of(file))
    if (said_by(block, file) == exif)
      return block.of(file).substr(block.of(file).starts_with(exif_start) ? exif_start.size() : 0);
  return {};
}

/// What zlib has packed; nothing where that is damaged or beyond what any packet of XMP takes.
std::string unpacked(std::string_view packed) {
  constexpr std::size_t most = 64 << 20;
  std::string result;
  for (std::size_t room = std::min(most, 1024 + packed.size() * 64);; room = std::min(most, room * 4)) {
    result.resize(room);
    uLongf size = room;
    const int status = uncompress(reinterpret_cast<Bytef*>(result.data()), &size,
                                  reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    if (status == Z_BUF_ERROR && room < most) continue;
    result.resize(status == Z_OK ? size : 0);
    return result;
  }
}

std::string packed(std::string_view bytes) {
  uLongf size = compressBound(bytes.size());
  std::string result(size, '\0');
  compress(reinterpret_cast<Bytef*>(result.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  result.resize(size);
  return result;
}

/// The text of a PNG's iTXt (PNG, 11.3.3.4) or, as ImageMagick writes XMP, of a tEXt or zTXt in hexadecimal digits
/// after a name and a length.
std::string png_xmp(const Block& chunk, std::string_view file) {
  const auto after = [](std::string_view text, char end) {
    const std::size_t at = text.find(end);
    return at == text.npos ? std::string_view() : text.substr(at + 1);
  };
  std::string_view payload = chunk.of(file);
  if (chunk.kind == "iTXt") {
    payload.remove_prefix(png_xmp_start.size());
    if (payload.size() < 4) return {};
    const bool packed = payload[0] != 0;
    const std::string_view text = after(after(payload.substr(2), '\0'), '\0');  // language and translated keyword
    return packed ? unpacked(text) : std::string(text);
  }
  payload.remove_prefix(png_raw_xmp_start.size());
  const std::string text = chunk.kind == "tEXt" || payload.empty() ? std::string(payload) : unpacked(payload.substr(1));
  std::string packet;
  int high = -1;
  for (const char letter : after(after(after(text, '\n'), '\n'), '\n')) {
    const int digit = g_ascii_xdigit_value(letter);
    if (digit < 0) continue;
    if (high >= 0) packet += static_cast<char>(high << 4 | digit);
    high = high >= 0 ? -1 : digit;
  }
  return packet;
}

/// The file's packet of XMP; empty where there is none.
std::string xmp_of(std::string_view file) {
  for (const Block& block : blocks_of(file)) {
    if (said_by(block, file) != xmp) continue;
    const auto payload = block.of(file);
    if (kind_of(file) == Kind::png) return png_xmp(block, file);
    if (kind_of(file) != Kind::jpeg) return std::string(payload);
    if (payload.starts_with(xmp_start)) return std::string(payload.substr(xmp_start.size()));
  }
  return {};
}

/// A block with its EXIF made upright, which begins there or, as in a JPEG, after a name.
std::string upright(std::string block, std::size_t exif_at) {
  if (std::string_view(block).substr(exif_at).starts_with(exif_start)) exif_at += exif_start.size();
  TiffDirectory(std::string_view(block).substr(exif_at)).make_upright(block.data() + exif_at);
  return block;
}

std::string jpeg_segment(const char* kind, const std::string& payload) {
  return std::string("\xFF") + kind + bytes_of(payload.size() + 2, 2, false) + payload;
}

/// A packet as segments of a JPEG, which hold no more than this (ISO 16684-3, 7.3.1).
std::string jpeg_xmp(const std::string& packet) {
  constexpr std::size_t most = 65502, most_of_rest = 65400;
  const auto segment = [](const std::string& text) { return jpeg_segment(jpeg::app1, std::string(xmp_start) + text); };
  if (packet.empty() || packet.size() <= most) return packet.empty() ? "" : segment(packet);
  const auto split = split_xmp(packet);
  if (!split) throw Failure("its XMP has no room for saying that colours were predicted; --no-mark leaves that out");
  if (split->first.size() > most) throw Failure("its XMP has no room in a JPEG; a result that is no JPEG has it");
  const auto& [first, rest, digest] = *split;
  std::string segments = segment(first);
  for (std::size_t at = 0; at < rest.size(); at += most_of_rest)
    segments += jpeg_segment(jpeg::app1, std::string(xmp_extension_start) + digest + bytes_of(rest.size(), 4, false) +
                                             bytes_of(at, 4, false) + rest.substr(at, most_of_rest));
  return segments;
}

std::string jpeg_metadata(std::string_view source, const std::string& packet) {
  std::string metadata, xmp_segments = jpeg_xmp(packet);
  bool colour_profile = false;
  for (const Block& block : jpeg_blocks(source)) {
    const auto payload = block.of(source);
    const bool icc = block.kind == jpeg::app2 && payload.starts_with(icc_start);
    if (icc && !colour_profile)  // after two numbers, of which the first is 1 in the first segment
      colour_profile = is_colour_profile(payload.substr(std::min(payload.size(), icc_start.size() + 2)));
    const bool kept = block.kind == jpeg::app1 || block.kind == jpeg::app13 || block.kind == jpeg::com;
    if (!kept && !(icc && colour_profile)) continue;
    if (payload.starts_with(xmp_start)) {
      metadata += std::exchange(xmp_segments, {});
      continue;
    }
    std::string copy(source.substr(block.begin, block.end - block.begin));
    metadata += said_by(block, source) == exif ? upright(std::move(copy), 4) : copy;
  }
  return metadata + xmp_segments;
}

std::optional<Block> jfif_of(std::string_view file) {
  for (const Block& block : jpeg_blocks(file))
    if (block.kind == jpeg::app0 && block.payload_size >= 12 && block.of(file).starts_with(jfif_start)) return block;
  return {};
}

std::string png_chunk(std::string_view kind_and_payload) {
  const auto sum = crc32_z(0, reinterpret_cast<const Bytef*>(kind_and_payload.data()), kind_and_payload.size());
  return bytes_of(kind_and_payload.size() - 4, 4, false) + std::string(kind_and_payload) + bytes_of(sum, 4, false);
}

std::string png_metadata(std::string_view source, const std::string& packet) {
  constexpr std::array kept{"tEXt", "zTXt", "iTXt", "pHYs", "tIME", "gAMA", "cHRM", "sRGB", "iCCP", "eXIf"};
  const int colours = source.size() > ihdr::colour_type ? source[ihdr::colour_type] : PNG_COLOR_TYPE_RGB;
  const bool gray = colours == PNG_COLOR_TYPE_GRAY || colours == PNG_COLOR_TYPE_GRAY_ALPHA;
  std::string metadata;
  if (!packet.empty()) metadata += png_chunk("iTXt" + std::string(png_xmp_start) + std::string(4, '\0') + packet);
  for (const Block& block : png_blocks(source)) {
    if ((block.kind == "iCCP" && gray) || said_by(block, source) == xmp ||
        std::ranges::find(kept, block.kind) == kept.end())
      continue;
    metadata += block.kind == "eXIf" ? png_chunk(upright("eXIf" + std::string(block.of(source)), 4))
                                     : std::string(source.substr(block.begin, block.end - block.begin));
  }
  return metadata;
}

std::string webp_chunk(const std::string& kind, std::string payload) {
  const std::string size = bytes_of(payload.size(), 4, true);
  if (payload.size() % 2) payload += '\0';
  return kind + size + payload;
}

std::string webp_file(const std::string& chunks) {
  return "RIFF" + bytes_of(chunks.size() + 4, 4, true) + "WEBP" + chunks;
}

/// Both kinds of pixels have their sides in 14 bits each: VP8L less 1 behind a byte, VP8 as they are, in two bytes
/// each, behind six. Where there is VP8X it has them in three bytes each, less 1.
std::optional<Sides> webp_sides_of(std::string_view file) {
  constexpr std::uint64_t side = 0x3FFF;
  for (const Block& block : webp_blocks(file)) {
    const auto payload = block.of(file);
    const bool lossless = block.kind == "VP8L";
    if (payload.size() < (lossless ? 5U : 10U)) continue;
    const auto number = [&](std::size_t at, std::size_t size) { return little_endian(payload.substr(at, size)); };
    if (block.kind == "VP8X") return Sides{number(vp8x::canvas, 3) + 1, number(vp8x::canvas + 3, 3) + 1};
    if (lossless) return Sides{(number(1, 4) & side) + 1, (number(1, 4) >> 14 & side) + 1};
    if (block.kind == "VP8 ") return Sides{number(6, 2) & side, number(8, 2) & side};
  }
  return {};
}

/// What has metadata begins with a VP8X, which says what there is and how large the picture is.
std::string webp_with_metadata(std::string_view picture, std::string_view source, const std::string& packet) {
  const auto number = [](std::uint64_t n, std::size_t size) { return bytes_of(n, size, true); };
  unsigned flags = 0;
  std::string before, after, pixels;
  for (const Block& block : webp_blocks(source)) {
    const std::string payload(block.of(source));
    if (block.kind == "ICCP" && is_colour_profile(payload)) {
      before += webp_chunk(block.kind, payload);
      flags |= vp8x::has_profile;
    }
    if (block.kind == "EXIF") {
      after += webp_chunk(block.kind, upright(payload, 0));
      flags |= vp8x::has_exif;
    }
  }
  if (!packet.empty()) {
    after += webp_chunk("XMP ", packet);
    flags |= vp8x::has_xmp;
  }
  const auto sides = webp_sides_of(picture);
  if (flags == 0 || !sides) return std::string(picture);
  for (const Block& block : webp_blocks(picture)) {
    const auto payload = block.of(picture);
    if (block.kind == "VP8X") flags |= static_cast<unsigned>(payload[0]) & vp8x::has_alpha;
    if (block.kind == "VP8L" && little_endian(payload.substr(1, 4)) >> 28 & 1) flags |= vp8x::has_alpha;
    if (block.kind != "VP8X") pixels += webp_chunk(block.kind, std::string(payload));
  }
  const std::string canvas = number(sides->width - 1, 3) + number(sides->height - 1, 3);
  return webp_file(webp_chunk("VP8X", number(flags, 4) + canvas) + before + pixels + after);
}

}  // namespace

int orientation_of(std::string_view file) { return first_page(exif_of(file)).orientation(); }

const char* direction_of(int orientation) {
  static constexpr std::array directions{"identity", "horiz", "180", "vert", "ul-lr", "90r", "ur-ll", "90l"};
  return directions.at(static_cast<std::size_t>(orientation - 1));
}

/// Behind the compressed pixels of a JPEG; npos where there is no end. A thumbnail in a segment has an end of its own.
static std::size_t end_of_jpeg(std::string_view file) {
  const auto blocks = jpeg_blocks(file);
  const std::size_t end = file.find(jpeg::eoi, blocks.empty() ? 0 : blocks.back().end);
  return end == std::string_view::npos ? end : end + jpeg::eoi.size();
}

bool has_more(std::string_view file) {
  if (kind_of(file) != Kind::jpeg) return false;
  const std::size_t end = std::min(end_of_jpeg(file), file.size());
  return file.find_first_not_of("\0\xFF"sv, end) != std::string_view::npos;  // with which some programs fill up
}

bool is_cut_off(std::string_view file) {
  switch (kind_of(file)) {
    case Kind::jpeg:
      return end_of_jpeg(file) == std::string_view::npos;
    case Kind::png: {
      // What is missing decoders notice, but only when they have taken all memory for it: deflate makes of a byte 1032
      // at most.
      const auto sides = sides_of(file);
      return sides && sides->width * sides->height / 8 * static_cast<std::uint64_t>(bits_of(file)) > 1032 * file.size();
    }
    case Kind::webp:
      return false;
    case Kind::tiff:
      return !first_page(file).has_all_pixels();
  }
  return false;
}

/// The start of frame of a JPEG: a kind (ITU-T T.81, table B.1), bits, height, width, components.
static std::optional<Block> jpeg_frame(std::string_view file) {
  if (kind_of(file) != Kind::jpeg) return {};
  constexpr auto tables = "\xC4\xC8\xCC"sv;  // of the kinds from C0 to CF
  for (const Block& block : jpeg_blocks(file))
    if ((block.kind[0] & '\xF0') == '\xC0' && tables.find(block.kind[0]) == tables.npos && block.payload_size >= 6)
      return block;
  return {};
}

bool is_cmyk_jpeg(std::string_view file) {
  const auto frame = jpeg_frame(file);
  return frame && frame->of(file)[5] == 4;
}

std::string foreign_jpeg(std::string_view file) {
  const auto frame = jpeg_frame(file);
  if (!frame) return {};
  constexpr auto known =
      "\xC0\xC1\xC2\xC9\xCA"sv;  // baseline, extended, progressive; the latter two in arithmetic code
  if (known.find(frame->kind[0]) == known.npos) return "a lossless or hierarchical JPEG";
  const int bits = frame->of(file)[0];
  return bits == 8 ? "" : "a JPEG of " + std::to_string(bits) + " bits a sample";
}

std::optional<Sides> sides_of(std::string_view file) {
  if (const auto frame = jpeg_frame(file))
    return Sides{big_endian(frame->of(file).substr(3, 2)), big_endian(frame->of(file).substr(1, 2))};
  if (is_png(file)) return Sides{big_endian(file.substr(ihdr::width, 4)), big_endian(file.substr(ihdr::height, 4))};
  return kind_of(file) == Kind::webp ? webp_sides_of(file) : std::nullopt;
}

bool has_alpha(std::string_view file) {
  if (!is_png(file)) {
    const auto blocks = webp_blocks(file);
    return kind_of(file) == Kind::webp && std::ranges::any_of(blocks, [&](const Block& block) {
             const auto payload = block.of(file);
             return block.kind == "VP8X" ? payload.size() > 0 && (static_cast<unsigned>(payload[0]) & vp8x::has_alpha)
                                         : block.kind == "VP8L" && payload.size() > 4 && (payload[4] >> 4 & 1);
           });
  }
  const auto blocks = png_blocks(file);
  return (file[ihdr::colour_type] & PNG_COLOR_MASK_ALPHA) ||
         std::ranges::find(blocks, "tRNS", &Block::kind) != blocks.end();
}

bool is_png(std::string_view file) { return kind_of(file) == Kind::png && file.size() > ihdr::colour_type; }

int bits_of(std::string_view file) { return is_png(file) ? file[ihdr::bit_depth] : 8; }

bool is_animation(std::string_view file) {
  const Kind kind = kind_of(file);
  if (kind != Kind::png && kind != Kind::webp) return false;
  const char* const part = kind == Kind::png ? "acTL" : "ANMF";  // animation control, animation frame
  return std::ranges::any_of(blocks_of(file), [&](const Block& block) { return block.kind == part; });
}

std::string pixels_of(std::string file) {
  if (kind_of(file) == Kind::png) {
    std::string pixels(png_start);
    for (const Block& block : png_blocks(file))  // those in capital letters, without which there is no picture
      if (g_ascii_isupper(block.kind[0]) || block.kind == "tRNS")
        pixels += file.substr(block.begin, block.end - block.begin);
    return pixels;
  }
  if (kind_of(file) != Kind::webp) return file;
  const auto blocks = webp_blocks(file);
  const auto frame = std::ranges::find(blocks, "ANMF", &Block::kind);
  constexpr std::size_t size = 6, chunks = 16;  // where they begin in it: its place is before, its time between
  if (frame == blocks.end() || frame->payload_size < chunks) return file;
  const auto payload = frame->of(file);
  const bool alpha = payload.substr(chunks).starts_with("ALPH");
  return webp_file(webp_chunk("VP8X", bytes_of(alpha ? vp8x::has_alpha : 0, 4, true) +
                                          std::string(payload.substr(size, webp_sides))) +
                   std::string(payload.substr(chunks)));
}

std::string as_png(const Said& said) {
  const char colours = is_colour_profile(said.icc) ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY;
  std::string chunks = png_chunk("IHDR" + std::string(7, '\0') + "\1\10" + colours + std::string(3, '\0'));
  if (!said.icc.empty()) chunks += png_chunk("iCCP" + "icc\0\0"s + packed(said.icc));
  if (!said.exif.empty()) chunks += png_chunk("eXIf" + said.exif);
  if (!said.xmp.empty()) chunks += png_chunk("iTXt" + std::string(png_xmp_start) + std::string(4, '\0') + said.xmp);
  return std::string(png_start) + chunks;
}

std::string as_jpeg(const Said& said) {
  constexpr std::size_t most = 65533, most_icc = 65000;
  std::string segments;
  const std::string exif_payload = std::string(exif_start) + said.exif;
  if (!said.exif.empty() && exif_payload.size() <= most) segments += jpeg_segment(jpeg::app1, exif_payload);
  segments += jpeg_xmp(said.xmp);
  const std::size_t parts = (said.icc.size() + most_icc - 1) / most_icc;
  for (std::size_t part = 0; part < parts && parts < 256; ++part)
    segments += jpeg_segment(jpeg::app2, std::string(icc_start) + static_cast<char>(part + 1) +
                                             static_cast<char>(parts) + said.icc.substr(part * most_icc, most_icc));
  return "\xFF\xD8" + segments;
}

std::string left_out(std::string_view picture, std::string_view source) {
  const auto says = [](std::string_view file, const char* what) {
    return std::ranges::any_of(blocks_of(file), [&](const Block& block) { return said_by(block, file) == what; });
  };
  std::vector<std::string> words;
  for (const char* what : {exif, xmp, iptc, text, profile, manifest}) {
    bool lost = says(source, what) && !says(picture, what);
    if (what == xmp && !lost)  // something else stands in the place of what is damaged
      lost = !revised_xmp(xmp_of(source), false, false) && xmp_of(picture) != xmp_of(source);
    if (lost) words.emplace_back(what);
  }
  return listed(words);
}

std::string with_metadata(std::string picture, std::string_view source, bool coloured) {
  const std::string old_xmp = xmp_of(source);
  std::optional<std::string> new_xmp = revised_xmp(old_xmp, orientation_of(source) != 1, coloured);
  if (!new_xmp) new_xmp = coloured ? revised_xmp({}, false, true) : old_xmp;
  if (kind_of(source) != kind_of(picture)) source = {};
  if (source.empty() && new_xmp->empty()) return picture;
  switch (kind_of(picture)) {
    case Kind::jpeg: {
      const auto ours = jfif_of(picture), theirs = jfif_of(source);
      constexpr std::size_t resolution = 7, size = 5;  // a unit, and two bytes for each direction
      if (ours && theirs)
        picture.replace(ours->payload + resolution, size, source.substr(theirs->payload + resolution, size));
      return picture.insert(ours ? ours->end : 2, jpeg_metadata(source, *new_xmp));
    }
    case Kind::png:
      return picture.insert(png_blocks(picture).at(0).end, png_metadata(source, *new_xmp));
    case Kind::webp:
      return webp_with_metadata(picture, source, *new_xmp);
    case Kind::tiff:
      return with_tags(std::move(picture), source, *new_xmp);
  }
  return picture;
}

}  // namespace colorize::command
