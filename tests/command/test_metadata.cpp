// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/tag/tag.h>
#include <gst/video/video.h>

#include <map>

#include "../engine/check.h"
#include "../fuzz/pictures.h"
#include "common/failure.h"
#include "common/owned.h"
#include "handmade.h"
#include "still/metadata.h"

using namespace colorize::command;
using namespace std::string_literals;

static const std::string exif_name("Exif\0\0", 6);

/// A picture of each kind with this EXIF, which a TIFF file itself is.
static std::map<std::string, std::string> with_exif(const std::string& exif) {
  return {{"JPEG", jpeg_picture().insert(2, jpeg_segment('\xE1', exif_name + exif))},
          {"PNG", png_picture().insert(33, png_chunk("eXIf", exif))},
          {"WebP", webp_picture() + webp_chunk("EXIF", exif)},
          {"WebP as some write it", webp_picture() + webp_chunk("EXIF", exif_name + exif)},
          {"TIFF", exif}};
}

/// The direction in which GStreamer's own reader of EXIF would have a picture turned.
static std::string direction_by_gstreamer(const std::string& exif) {
  const Buffer buffer(gst_buffer_new_memdup(exif.data(), exif.size()));
  const TagList tags(gst_tag_list_from_exif_buffer_with_tiff_header(buffer.get()));
  auto method = GST_VIDEO_ORIENTATION_IDENTITY;
  if (tags) gst_video_orientation_from_tag(tags.get(), &method);
  auto* const type = static_cast<GEnumClass*>(g_type_class_ref(GST_TYPE_VIDEO_ORIENTATION_METHOD));
  const std::string nick = g_enum_get_value(type, method)->value_nick;
  g_type_class_unref(type);
  return nick;
}

static void test_pictures_stand_upright_as_gstreamer_has_them() {
  for (const bool little : {true, false})
    for (unsigned orientation = 0; orientation <= 10; ++orientation) {
      const std::string exif = exif_of_orientation(little, orientation), wanted = direction_by_gstreamer(exif);
      for (const auto& [kind, file] : with_exif(exif)) {
        const std::string is = direction_of(orientation_of(file));
        expect(is == wanted, "%s, EXIF's %u: %s instead of %s", kind.c_str(), orientation, is.c_str(), wanted.c_str());
      }
    }
}

static void test_fill_bytes_before_a_segment_are_none_of_it() {
  // ITU-T T.81, B.1.1.2: "Any marker may optionally be preceded by any number of fill bytes".
  const std::string segment = jpeg_segment('\xE1', exif_name + exif_of_orientation(true, 8));
  // Decoders skip markers without a segment (TEM, RSTn), and what is no marker, too.
  for (const std::string& between : {std::string(1, '\xFF'), std::string(7, '\xFF'), "\xFF\x01"s, "\xFF\xD3"s,
                                     "\xFF\0"s, "stray"s, "\xFF\xFF\xD0x\xFF"s}) {
    const std::string file = jpeg_picture().insert(20, between + segment);  // behind JFIF
    expect(orientation_of(file) == 8, "%zu bytes: EXIF's %d", between.size(), orientation_of(file));
    expect(is_cmyk_jpeg(file) && !is_cut_off(file), "%zu bytes: what follows", between.size());
    const std::string result = with_metadata(jpeg_picture(), file, false);
    expect(result == jpeg_picture().insert(20, jpeg_segment('\xE1', exif_name + exif_of_orientation(true, 1))),
           "%zu bytes: the result", between.size());
  }
}

static void test_a_file_lacks_its_end_wherever_it_is_cut() {
  // A thumbnail has an end of its own.
  const std::string jpeg = jpeg_picture().insert(2, jpeg_segment('\xE1', "a thumbnail\xFF\xD9"));
  const std::size_t begin = jpeg.find("pixels"), end = jpeg.size();
  g_assert_false(is_cut_off(jpeg) || is_cut_off(jpeg + "and more"));
  g_assert_true(has_more(jpeg + "and more") && has_more(jpeg + jpeg) && !has_more(jpeg + std::string(9, '\0')));
  for (std::size_t size = begin; size < end; ++size) expect(is_cut_off(jpeg.substr(0, size)), "%zu bytes", size);
  for (const bool little : {true, false}) {
    const std::string tiff = tiff_picture(little);
    std::string far = tiff;
    far.replace(far.find(bytes_of(279, 2, little)) + 8, 2, bytes_of(500, 2, little));
    g_assert_true(!is_cut_off(tiff) && is_cut_off(far));
  }
  g_assert_false(is_cut_off(png_picture().substr(0, 40)) || is_cut_off(""));  // whose decoders say so themselves
}

static void test_kinds_of_pixels() {
  std::string three = jpeg_picture(), deep = png_picture();
  three.replace(three.find("\x08\x04") + 1, 1, "\x03");
  deep[24] = 16;
  g_assert_true(is_cmyk_jpeg(jpeg_picture()) && !is_cmyk_jpeg(three) && !is_cmyk_jpeg(png_picture()));
  g_assert_true(is_png(deep) && !is_png(jpeg_picture()) && !is_png(deep.substr(0, 25)));
  g_assert_true(bits_of(deep) == 16 && bits_of(png_picture()) == 8 && bits_of(jpeg_picture()) == 8);
  for (const auto& [marker, bits, known] : {std::tuple{'\xC0', '\x08', true},
                                            {'\xC0', '\x0C', false},
                                            {'\xC2', '\x08', true},
                                            {'\xC3', '\x08', false},
                                            {'\xC7', '\x08', false},
                                            {'\xC9', '\x08', true}}) {
    std::string jpeg = jpeg_picture();
    const std::size_t frame = jpeg.find("\xFF\xC0");
    jpeg[frame + 1] = marker;
    jpeg[frame + 4] = bits;
    expect(foreign_jpeg(jpeg).empty() == known, "marker %#x of %d bits", marker & 0xFF, bits);
  }
  g_assert_true(is_animation(png_picture()) && is_animation(webp_picture()));
  g_assert_false(is_animation(webp_picture().substr(0, 26)) || is_animation(jpeg_picture()));
}

static void test_what_comes_without_a_file() {
  for (const char* space : {"RGB ", "GRAY"}) {
    const Said said{exif_of_orientation(true, 6), {}, std::string(16, '\0') + space + std::string(108, '\0')};
    const bool colours = space == std::string("RGB ");
    for (const auto& [source, picture] : {std::pair{as_png(said), png_picture()}, {as_jpeg(said), jpeg_picture()}}) {
      const std::string result = with_metadata(picture, source, false);
      g_assert_cmpint(orientation_of(source), ==, 6);
      g_assert_cmpint(orientation_of(result), ==, 1);
      const std::string words = left_out(result, as_png(said));
      expect(words == (colours ? "" : "colour profile"), "%s: %s", space, words.c_str());
    }
  }
}

static void test_the_first_picture_of_an_animation() {
  const std::string size("\x07\0\0\x05\0\0", 6), place(6, '\0'), time_and_flags(4, '\0');
  for (const std::string& pixels :
       {webp_chunk("VP8L", "first"), webp_chunk("ALPH", "a") + webp_chunk("VP8 ", "first")}) {
    const bool alpha = pixels.starts_with("ALPH");
    const std::string animation = webp_file(webp_chunk("VP8X", "0123456789") + webp_chunk("ANIM", "abcdef") +
                                            webp_chunk("ANMF", place + size + time_and_flags + pixels) +
                                            webp_chunk("ANMF", std::string(30, 'x')));
    const std::string wanted = webp_file(webp_chunk("VP8X", bytes_of(alpha ? 0x10 : 0, 4, true) + size) + pixels);
    expect(pixels_of(animation) == wanted, "%s", alpha ? "with alpha" : "without");
  }
  for (const auto& [kind, file] : with_exif(exif_of_orientation(true, 1)))
    if (!kind.starts_with("WebP") && kind != "PNG") expect(pixels_of(file) == file, "%s", kind.c_str());
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  gst_init(nullptr, nullptr);
  g_test_add_func("/metadata/pictures-stand-upright-as-gstreamer-has-them",
                  test_pictures_stand_upright_as_gstreamer_has_them);
  g_test_add_func("/metadata/fill-bytes-before-a-segment-are-none-of-it",
                  test_fill_bytes_before_a_segment_are_none_of_it);
  g_test_add_func("/metadata/a-file-lacks-its-end-wherever-it-is-cut", test_a_file_lacks_its_end_wherever_it_is_cut);
  g_test_add_func("/metadata/kinds-of-pixels", test_kinds_of_pixels);
  g_test_add_func("/metadata/what-comes-without-a-file", test_what_comes_without_a_file);
  g_test_add_func("/metadata/the-first-picture-of-an-animation", test_the_first_picture_of_an_animation);
  return g_test_run();
}
