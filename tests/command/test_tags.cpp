// SPDX-License-Identifier: LGPL-2.1-or-later
#include <tiffio.h>

#include <cstring>
#include <fstream>
#include <memory>

#include "../engine/check.h"
#include "handmade.h"
#include "still/tiff.h"

using colorize::command::bytes_of, colorize::command::TiffDirectory, colorize::command::with_tags;
using Tiff = std::unique_ptr<TIFF, decltype(&TIFFClose)>;

static constexpr const char* order(bool little) { return little ? "little-endian" : "big-endian"; }

static std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

static const std::string packet = "<x:xmpmeta/>";

static std::string pixels(char seed) { return {seed, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}; }

/// A picture of 5x3 gray samples in three strips, by libtiff.
static std::string by_libtiff(const TemporaryFolder& folder, bool little, bool tagged) {
  const auto path = folder.path / "picture.tif";
  Tiff tiff(TIFFOpen(path.c_str(), little ? "wl" : "wb"), TIFFClose);
  TIFFSetField(tiff.get(), TIFFTAG_IMAGEWIDTH, 5);
  TIFFSetField(tiff.get(), TIFFTAG_IMAGELENGTH, 3);
  TIFFSetField(tiff.get(), TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff.get(), TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff.get(), TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, 1);
  if (tagged) {
    TIFFSetField(tiff.get(), TIFFTAG_IMAGEDESCRIPTION, "Köln, 1910");
    TIFFSetField(tiff.get(), TIFFTAG_ARTIST, "me");
    TIFFSetField(tiff.get(), TIFFTAG_ORIENTATION, ORIENTATION_RIGHTTOP);
    TIFFSetField(tiff.get(), TIFFTAG_XRESOLUTION, 600.5);
    TIFFSetField(tiff.get(), TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
    TIFFSetField(tiff.get(), TIFFTAG_PAGENUMBER, 7, 258);
    TIFFSetField(tiff.get(), TIFFTAG_ICCPROFILE, icc_profile("RGB ").size(), icc_profile("RGB ").c_str());
  }
  std::string samples = pixels(tagged ? 1 : 100);
  for (unsigned row = 0; row < 3; ++row) TIFFWriteEncodedStrip(tiff.get(), row, &samples[std::size_t{5} * row], 5);
  if (tagged) {
    TIFFWriteDirectory(tiff.get());
    TIFFCreateEXIFDirectory(tiff.get());
    const std::uint16_t speeds[]{100, 12800, 3};
    TIFFSetField(tiff.get(), EXIFTAG_FNUMBER, 5.6);
    TIFFSetField(tiff.get(), EXIFTAG_ISOSPEEDRATINGS, 3, speeds);
    TIFFSetField(tiff.get(), EXIFTAG_DATETIMEORIGINAL, "1910:05:04 03:02:01");
    std::uint64_t place = 0;
    TIFFWriteCustomDirectory(tiff.get(), &place);
    TIFFSetDirectory(tiff.get(), 0);
    TIFFSetField(tiff.get(), TIFFTAG_EXIFIFD, place);
    TIFFRewriteDirectory(tiff.get());
  }
  tiff.reset();
  return content_of(path);
}

static void test_what_libtiff_wrote_is_read() {
  const TemporaryFolder folder;
  for (const bool little : {true, false}) {
    const std::string file = by_libtiff(folder, little, true);
    const TiffDirectory directory(file);
    expect(directory.little_endian() == little, "%s: the byte order", order(little));
    expect(directory.number(TIFFTAG_IMAGEWIDTH, 0) == 5, "%s: the width", order(little));
    expect(directory.number(TiffDirectory::bits_per_sample, 0) == 8, "%s: the bits", order(little));
    expect(directory.number(TIFFTAG_PAGENUMBER, 0) == 7, "%s: the first of two numbers", order(little));
    expect(directory.number(TIFFTAG_COPYRIGHT, 77) == 77, "%s: what is not there", order(little));
    expect(directory.orientation() == 6 && directory.has_all_pixels(), "%s: the picture", order(little));
    const auto* const words = directory.find(TIFFTAG_IMAGEDESCRIPTION);
    expect(words && words->value == std::string("Köln, 1910") + '\0', "%s: the words", order(little));
    const auto* const icc = directory.find(TiffDirectory::icc_profile);
    expect(icc && icc->value == icc_profile("RGB "), "%s: the profile", order(little));
    const TiffDirectory exif(file, directory.number(TiffDirectory::exif_directory, 0));
    const auto* const taken = exif.find(EXIFTAG_DATETIMEORIGINAL);
    expect(taken && taken->value.starts_with("1910:05:04 03:02:01"), "%s: the time", order(little));
  }
}

static void check_tags(const std::filesystem::path& path, const std::string& what) {
  const Tiff tiff(TIFFOpen(path.c_str(), "r"), TIFFClose);
  expect(tiff != nullptr, "%s: libtiff cannot open it", what.c_str());
  if (!tiff) return;
  const char *words = "", *artist = "", *xmp = "", *icc = "";
  float resolution = 0, f_number = 0;
  std::uint16_t unit = 0, orientation = 1, speeds = 0;
  const std::uint16_t* speed = nullptr;
  std::uint32_t xmp_size = 0, icc_size = 0;
  std::uint64_t exif = 0;
  TIFFGetField(tiff.get(), TIFFTAG_IMAGEDESCRIPTION, &words);
  TIFFGetField(tiff.get(), TIFFTAG_ARTIST, &artist);
  TIFFGetField(tiff.get(), TIFFTAG_XRESOLUTION, &resolution);
  TIFFGetField(tiff.get(), TIFFTAG_ORIENTATION, &orientation);
  TIFFGetField(tiff.get(), TIFFTAG_RESOLUTIONUNIT, &unit);
  TIFFGetField(tiff.get(), TIFFTAG_XMLPACKET, &xmp_size, &xmp);
  TIFFGetField(tiff.get(), TIFFTAG_ICCPROFILE, &icc_size, &icc);
  expect(std::strcmp(words, "Köln, 1910") == 0 && std::strcmp(artist, "me") == 0, "%s: the words", what.c_str());
  expect(resolution == 600.5F && unit == RESUNIT_CENTIMETER, "%s: %g dots a %d", what.c_str(), resolution, unit);
  expect(orientation == ORIENTATION_TOPLEFT, "%s: turned %d", what.c_str(), orientation);
  expect(std::string(xmp, xmp_size) == packet, "%s: the packet of XMP", what.c_str());
  expect(std::string(icc, icc_size) == icc_profile("RGB "), "%s: the profile", what.c_str());
  std::string samples(15, '\0');
  for (unsigned row = 0; row < 3; ++row) TIFFReadEncodedStrip(tiff.get(), row, &samples[std::size_t{5} * row], 5);
  expect(samples == pixels(100), "%s: the pixels", what.c_str());
  const char* time = "";
  if (TIFFGetField(tiff.get(), TIFFTAG_EXIFIFD, &exif) && TIFFReadEXIFDirectory(tiff.get(), exif)) {
    TIFFGetField(tiff.get(), EXIFTAG_FNUMBER, &f_number);
    TIFFGetField(tiff.get(), EXIFTAG_ISOSPEEDRATINGS, &speeds, &speed);
    TIFFGetField(tiff.get(), EXIFTAG_DATETIMEORIGINAL, &time);
  }
  expect(speeds == 3 && speed[0] == 100 && speed[1] == 12800 && speed[2] == 3, "%s: EXIF's numbers", what.c_str());
  expect(f_number == 5.6F && std::strcmp(time, "1910:05:04 03:02:01") == 0, "%s: EXIF", what.c_str());
}

static void test_libtiff_reads_what_was_kept_in_whatever_byte_orders() {
  const TemporaryFolder folder;
  for (const bool from : {true, false})
    for (const bool into : {true, false})
      check_tags(folder.write("result.tif",
                              with_tags(by_libtiff(folder, into, false), by_libtiff(folder, from, true), packet)),
                 order(from) + std::string(" into ") + order(into));
}

static void test_a_profile_of_gray_is_not_kept() {
  const auto source = [](const std::string& icc) {
    return tiff_file(true, {{TiffDirectory::icc_profile, 7, static_cast<std::uint32_t>(icc.size()), icc}});
  };
  const std::string picture = tiff_file(true, {{256, 3, 1, bytes_of(5, 2, true)}});
  const auto is_kept = [&](const std::string& icc) {
    const std::string result = with_tags(picture, source(icc), {});
    return TiffDirectory(result).find(TiffDirectory::icc_profile) != nullptr;
  };
  g_assert_true(is_kept(icc_profile("RGB ")));
  g_assert_false(is_kept(icc_profile("GRAY")));
  g_assert_false(is_kept(icc_profile("RGB ").substr(0, 20)));
}

static void test_cut_at_each_byte() {
  const TemporaryFolder folder;
  const std::string picture = by_libtiff(folder, true, false);
  for (const bool little : {true, false}) {
    const std::string file = by_libtiff(folder, little, true);
    const TiffDirectory whole(file);
    for (std::size_t size = 0; size < file.size(); ++size) {
      const std::vector<char> cut(file.data(), file.data() + size);  // where a sanitizer sees a byte too many
      const std::string_view view(cut.data(), cut.size());
      const TiffDirectory directory(view);
      for (const auto& entry : directory.entries()) {
        const auto* const wanted = whole.find(entry.tag);
        expect(wanted && wanted->value == entry.value, "%zu bytes, %s: tag %d", size, order(little), entry.tag);
      }
      const std::string result = with_tags(picture, view, packet);
      expect(TiffDirectory(result).has_all_pixels(), "%zu bytes, %s: pixels of the result", size, order(little));
    }
  }
}

int main(int argc, char** argv) {
  g_test_init(&argc, &argv, nullptr);
  g_test_set_nonfatal_assertions();
  TIFFSetWarningHandler(nullptr);
  g_test_add_func("/tags/what-libtiff-wrote-is-read", test_what_libtiff_wrote_is_read);
  g_test_add_func("/tags/libtiff-reads-what-was-kept-in-whatever-byte-orders",
                  test_libtiff_reads_what_was_kept_in_whatever_byte_orders);
  g_test_add_func("/tags/a-profile-of-gray-is-not-kept", test_a_profile_of_gray_is_not_kept);
  g_test_add_func("/tags/cut-at-each-byte", test_cut_at_each_byte);
  return g_test_run();
}
