// SPDX-License-Identifier: LGPL-2.1-or-later
#include <png.h>

#include <cstring>
#include <set>

#include "../engine/check.h"
#include "../fuzz/pictures.h"
#include "common/failure.h"
#include "common/owned.h"
#include "handmade.h"
#include "mark.h"
#include "still/metadata.h"

using colorize::command::bytes_of, colorize::command::left_out, colorize::command::with_metadata;

static const std::string exif_name("Exif\0\0", 6), xmp_name("http://ns.adobe.com/xap/1.0/\0", 29),
    icc_name("ICC_PROFILE\0\1\1", 14), extension_name("http://ns.adobe.com/xmp/extension/\0", 35);

/// A packet of XMP of about so many bytes.
static std::string xmp_of(std::size_t size) {
  return "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">"
         "<rdf:Description xmlns:my=\"http://my/\" rdf:about=\"\"><my:words>" +
         std::string(size, 'w') + "</my:words></rdf:Description></rdf:RDF></x:xmpmeta>";
}

/// What a JPEG has of these segments, which here stand behind its JFIF's 20 bytes.
static std::string jpeg_with(const std::string& segments) { return jpeg_picture().insert(20, segments); }

static void test_what_a_jpeg_says_stays_in_its_order() {
  // EXIF with a second directory, as where it has a thumbnail.
  const auto exif = [](unsigned orientation, std::uint32_t next) {
    return jpeg_segment('\xE1', exif_name + tiff_file(false, {{274, 3, 1, bytes_of(orientation, 2, false)}}, next) +
                                    tiff_directory(false, 26, {{259, 3, 1, bytes_of(6, 2, false)}}));
  };
  const std::string words = jpeg_segment('\xFE', "Köln, 1910"), iptc = jpeg_segment('\xED', "Photoshop 3.0"),
                    xmp = jpeg_segment('\xE1', xmp_name + xmp_of(10)), other = jpeg_segment('\xE5', "a maker's");
  const auto icc = [](const char* space) { return jpeg_segment('\xE2', icc_name + icc_profile(space)); };
  std::string source = jpeg_with(words + exif(6, 26) + icc("GRAY") + other + xmp + iptc);
  source.replace(13, 5, std::string("\1\2\x58\2\x58", 5));  // 600 dots an inch
  std::string wanted = jpeg_with(words + exif(1, 0) + xmp + iptc);
  wanted.replace(13, 5, std::string("\1\2\x58\2\x58", 5));
  const std::string result = with_metadata(jpeg_picture(), source, false);
  g_assert_true(result == wanted);
  g_assert_true(left_out(result, source) == "colour profile");
  g_assert_true(with_metadata(jpeg_picture(), jpeg_with(icc("RGB ")), false) == jpeg_with(icc("RGB ")));
}

/// The payloads of a JPEG's segments that begin with `name`, without it.
static std::vector<std::string> segments_of(const std::string& jpeg, const std::string& name) {
  std::vector<std::string> payloads;
  for (std::size_t at = 2; jpeg[at + 1] != '\xDA';) {
    const auto size = colorize::command::big_endian(std::string_view(jpeg).substr(at + 2, 2));
    const std::string payload = jpeg.substr(at + 4, size - 2);
    if (payload.starts_with(name)) payloads.push_back(payload.substr(name.size()));
    at += 2 + size;
  }
  return payloads;
}

static void test_xmp_of_any_length_finds_room_in_a_jpeg() {
  // ISO 16684-3, 7.3.1: a packet alone has up to 65502 bytes. What is longer goes on in segments that name it by its
  // digest, its length and their place in it.
  const std::size_t frame = xmp_of(0).size();
  for (const std::size_t size : {std::size_t{300}, std::size_t{65502}, std::size_t{65503}, std::size_t{300000}}) {
    const std::string packet = xmp_of(size - frame);
    std::string source = png_picture();  // which has room for any
    source.insert(33, png_chunk("iTXt", std::string("XML:com.adobe.xmp\0\0\0\0\0", 22) + packet));
    const std::string result = with_metadata(jpeg_picture(), source, false);
    const auto first = segments_of(result, xmp_name), rest = segments_of(result, extension_name);
    expect(first.size() == 1 && rest.empty() == (size <= 65502), "%zu bytes: %zu segments of the rest", size,
           rest.size());
    if (size <= 65502) expect(first.at(0) == packet, "%zu bytes: the packet", size);
    if (rest.empty()) continue;
    std::string whole;
    for (const auto& segment : rest) {
      expect(segment.substr(0, 32) == rest[0].substr(0, 32), "%zu bytes: one digest", size);
      expect(segment.substr(36, 4) == bytes_of(whole.size(), 4, false), "%zu bytes: at %zu", size, whole.size());
      whole += segment.substr(40);
    }
    const colorize::command::Owned<gchar> digest(
        g_compute_checksum_for_string(G_CHECKSUM_MD5, whole.c_str(), static_cast<gssize>(whole.size())));
    const std::string named = rest[0].substr(0, 32);
    expect(g_ascii_strcasecmp(named.c_str(), digest.get()) == 0, "%zu bytes: %s", size, named.c_str());
    expect(rest[0].substr(32, 4) == bytes_of(whole.size(), 4, false), "%zu bytes: its length", size);
    expect(first.at(0).find("HasExtendedXMP") != std::string::npos && first[0].find(named) != std::string::npos,
           "%zu bytes: the first part names the rest", size);
    expect(whole.find(std::string(size - frame, 'w')) != std::string::npos, "%zu bytes: the words", size);
  }
}

static void test_xmp_that_is_in_two_already_cannot_grow() {
  std::string packet = xmp_of(0);
  packet.insert(packet.find("rdf:about"), "xmlns:n=\"http://ns.adobe.com/xmp/note/\" n:HasExtendedXMP=\"0123\" ");
  packet.insert(packet.find("</my:words>"), 65502 - packet.size(), 'w');
  const std::string source = jpeg_with(jpeg_segment('\xE1', xmp_name + packet));
  g_assert_true(with_metadata(jpeg_picture(), source, false) == source);
  try {
    with_metadata(jpeg_picture(), source, true);
    expect(false, "there is no room, and it is not said");
  } catch (const colorize::command::Failure& failure) {
    expect(std::strstr(failure.what(), "--no-mark"), "what to do is not in: %s", failure.what());
  }
}

static void test_damaged_xmp_gives_way_to_the_mark_alone() {
  const std::string source = jpeg_with(jpeg_segment('\xE1', xmp_name + "<x:xmpmeta"));
  g_assert_true(with_metadata(jpeg_picture(), source, false) == source);
  const std::string marked = with_metadata(jpeg_picture(), source, true);
  g_assert_true(marked.find(colorize::mark_source_type) != std::string::npos);
  g_assert_true(left_out(marked, source) == "XMP");
}

/// The texts that libpng reads from a picture, which are its words for what is wrong with it if something is.
static std::string texts_by_libpng(const std::string& file) {
  struct Reading {
    std::string_view rest;
    std::string said;
  } reading{file, {}};
  png_structp png = png_create_read_struct(
      PNG_LIBPNG_VER_STRING, &reading,
      [](png_structp at, png_const_charp words) {
        static_cast<Reading*>(png_get_error_ptr(at))->said += words;
        png_longjmp(at, 1);
      },
      [](png_structp at, png_const_charp words) { static_cast<Reading*>(png_get_error_ptr(at))->said += words; });
  png_infop info = png_create_info_struct(png);
  png_set_read_fn(png, &reading, [](png_structp at, png_bytep to, std::size_t size) {
    auto& from = static_cast<Reading*>(png_get_io_ptr(at))->rest;
    if (from.size() < size) png_error(at, "it is cut off");
    std::memcpy(to, from.data(), size);
    from.remove_prefix(size);
  });
  if (!setjmp(png_jmpbuf(png))) {
    png_read_info(png, info);
    png_textp texts = nullptr;
    const int count = png_get_text(png, info, &texts, nullptr);
    for (int i = 0; i < count; ++i) reading.said += std::string(texts[i].key) + "=" + texts[i].text + "\n";
    png_uint_32 across = 0, down = 0;
    int unit = 0;
    if (png_get_pHYs(png, info, &across, &down, &unit)) reading.said += std::to_string(across) + " dots a metre\n";
  }
  png_destroy_read_struct(&png, &info, nullptr);
  return reading.said;
}

static void test_libpng_reads_what_was_kept() {
  const auto png = [](const std::string& chunks) {
    return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", std::string("\0\0\0\x08\0\0\0\x08\x08\2\0\0\0", 13)) + chunks +
           png_chunk("IDAT", "pixels") + png_chunk("IEND", "");
  };
  const std::string said = png_chunk("tEXt", std::string("Title\0a boy", 11)) +
                           png_chunk("pHYs", bytes_of(23622, 4, false) + bytes_of(23622, 4, false) + "\1"),
                    xmp = png_chunk("iTXt", std::string("XML:com.adobe.xmp\0\0\0\0\0", 22) + xmp_of(9));
  const std::string source = png(said + xmp + png_chunk("eXIf", exif_of_orientation(true, 3)) + png_chunk("prVt", "x"));
  const std::string result = with_metadata(png(""), source, false);
  const std::string is = texts_by_libpng(result),
                    wanted = "XML:com.adobe.xmp=" + xmp_of(9) + "\nTitle=a boy\n23622 dots a metre\n";
  expect(is == wanted, "libpng reads %s", is.c_str());
  expect(result.find(png_chunk("eXIf", exif_of_orientation(true, 1))) != std::string::npos, "EXIF, upright");
  expect(result.find("prVt") == std::string::npos, "what nobody knows");
  g_assert_true(left_out(result, source).empty());
  g_assert_true(left_out(png(""), source) == "EXIF, XMP, text");
}

static void test_a_webp_with_more_says_so_at_its_beginning() {
  // 8x8 pixels by the bits behind the 2F of VP8L, which VP8X says once more (WebP Container, "Extended File Format").
  const std::string pixels = webp_chunk("VP8L", std::string("\x2F\x07\xC0\x01\x00p", 6));
  const auto result = [&](const std::string& chunks) {
    return with_metadata(webp_file(pixels), webp_file(chunks), false);
  };
  const auto wanted = [&](char flags, const std::string& before, const std::string& after) {
    return webp_file(webp_chunk("VP8X", flags + std::string("\0\0\0\7\0\0\7\0\0", 9)) + before + pixels + after);
  };
  const std::string icc = webp_chunk("ICCP", icc_profile("RGB ")), xmp = webp_chunk("XMP ", xmp_of(1));
  g_assert_true(result(pixels + webp_chunk("ICCP", icc_profile("GRAY"))) == webp_file(pixels));
  g_assert_true(result(icc) == wanted(0x20, icc, ""));
  g_assert_true(result(webp_chunk("EXIF", exif_of_orientation(false, 7))) ==
                wanted(0x08, "", webp_chunk("EXIF", exif_of_orientation(false, 1))));
  g_assert_true(result(xmp + icc) == wanted(0x24, icc, xmp));
}

static void test_sources_cut_at_each_byte() {
  const std::string exif = exif_of_orientation(true, 6), icc = icc_profile("RGB ");
  const struct {
    const char* kind;
    std::string picture, source;
    std::size_t blocks;  ///< that are kept
  } cases[] = {{"JPEG", jpeg_picture(),
                jpeg_with(jpeg_segment('\xE1', exif_name + exif) + jpeg_segment('\xE1', xmp_name + xmp_of(20)) +
                          jpeg_segment('\xE2', icc_name + icc) + jpeg_segment('\xFE', "words")),
                4},
               {"PNG", png_picture(),
                png_picture().insert(33, png_chunk("eXIf", exif) + png_chunk("zTXt", std::string("a\0\0b", 4))), 2},
               {"WebP", webp_picture(), webp_picture() + webp_chunk("EXIF", exif) + webp_chunk("ICCP", icc), 2},
               {"TIFF", tiff_picture(true), exif, 0}};
  for (const auto& [kind, picture, source, blocks] : cases) {
    std::set<std::string> results;
    for (std::size_t size = 0; size <= source.size(); ++size) {
      const std::vector<char> cut(source.data(), source.data() + size);  // where a sanitizer sees a byte too many
      const std::string result = with_metadata(picture, {cut.data(), cut.size()}, true);
      expect(colorize::command::orientation_of(result) == 1, "%zu bytes of the %s: upright", size, kind);
      // What these pictures tell of themselves stands behind the metadata.
      expect(colorize::command::is_cmyk_jpeg(result) == colorize::command::is_cmyk_jpeg(picture) &&
                 colorize::command::is_animation(result) == colorize::command::is_animation(picture) &&
                 !colorize::command::is_cut_off(result),
             "%zu bytes of the %s: the picture", size, kind);
      expect(result.find(colorize::mark_source_type) != std::string::npos, "%zu bytes of the %s: the mark", size, kind);
      results.insert(result);
    }
    expect(results.size() == 1 + blocks, "%s: %zu results, as if parts of its blocks had been kept", kind,
           results.size());
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  g_test_add_func("/kept/what-a-jpeg-says-stays-in-its-order", test_what_a_jpeg_says_stays_in_its_order);
  g_test_add_func("/kept/xmp-of-any-length-finds-room-in-a-jpeg", test_xmp_of_any_length_finds_room_in_a_jpeg);
  g_test_add_func("/kept/xmp-that-is-in-two-already-cannot-grow", test_xmp_that_is_in_two_already_cannot_grow);
  g_test_add_func("/kept/damaged-xmp-gives-way-to-the-mark-alone", test_damaged_xmp_gives_way_to_the_mark_alone);
  g_test_add_func("/kept/libpng-reads-what-was-kept", test_libpng_reads_what_was_kept);
  g_test_add_func("/kept/a-webp-with-more-says-so-at-its-beginning", test_a_webp_with_more_says_so_at_its_beginning);
  g_test_add_func("/kept/sources-cut-at-each-byte", test_sources_cut_at_each_byte);
  return g_test_run();
}
