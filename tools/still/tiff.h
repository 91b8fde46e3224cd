// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colorize::command {

/// A directory of a TIFF or BigTIFF file, which EXIF is too: the first one, or the one at `offset`. Of anything else it
/// is empty. Where a tag stands in it more than once the first one counts.
class TiffDirectory {
 public:
  /// By the names that the standards give them: TIFF 6.0, EXIF, ISO 16684-3, C2PA.
  enum Tag : std::uint16_t {
    subfile_type = 254,
    old_subfile_type = 255,
    width = 256,
    height = 257,
    bits_per_sample = 258,
    photometric = 262,
    document_name = 269,
    image_description = 270,
    make = 271,
    model = 272,
    strip_offsets = 273,
    orientation_tag = 274,
    samples_per_pixel = 277,
    strip_byte_counts = 279,
    x_resolution = 282,
    y_resolution = 283,
    planar_configuration = 284,
    page_name = 285,
    resolution_unit = 296,
    date_time = 306,
    artist = 315,
    host_computer = 316,
    tile_offsets = 324,
    tile_byte_counts = 325,
    sub_directories = 330,
    extra_samples = 338,
    sample_format = 339,
    xmp = 700,
    copyright = 33432,
    iptc = 33723,
    photoshop = 34377,
    exif_directory = 34665,
    icc_profile = 34675,
    gps_directory = 34853,
    maker_note = 37500,
    interoperability_directory = 40965,
    c2pa = 52545
  };

  struct Entry {
    std::uint16_t tag, type;
    std::uint32_t count;
    std::string_view value;
    std::size_t place;  ///< of the value in the file
  };

  explicit TiffDirectory(std::string_view tiff, std::optional<std::size_t> offset = {});

  const std::vector<Entry>& entries() const { return entries_; }
  const Entry* find(std::uint16_t tag) const;
  /// The numbers of a value, or none.
  std::vector<std::uint64_t> numbers(std::uint16_t tag) const;
  /// The first of them; `otherwise` where there is none.
  std::uint64_t number(std::uint16_t tag, std::uint64_t otherwise) const;
  /// Where the next directory lies; 0: there is none.
  std::uint64_t next() const { return next_ ? read(*next_, next_size_) : 0; }
  /// The bytes that it takes without its values.
  std::size_t extent() const { return extent_; }
  bool little_endian() const { return little_; }

  int orientation() const;
  bool has_all_pixels() const { return whole_; }

  /// Makes `tiff`, a copy of it, one of an upright picture without the directories that follow, where EXIF has a
  /// thumbnail.
  void make_upright(char* tiff) const;

 private:
  std::uint64_t read(std::size_t at, std::size_t bytes) const;
  std::uint64_t element(const Entry& entry, std::size_t index) const;

  std::string_view tiff_;
  bool little_, whole_ = true;
  std::vector<Entry> entries_;
  std::optional<std::size_t> next_;  // where it stands, where the next one is
  std::size_t next_size_ = 4, extent_ = 0;
};

/// A page of a TIFF file, which is a picture and no smaller copy nor a mask of another.
struct TiffPage {
  int number;  ///< of its directory, from 0 on
  TiffDirectory directory;
};

std::vector<TiffPage> pages_of(std::string_view tiff);

/// The directory of the first page; of a file without a page the first one.
TiffDirectory first_page(std::string_view tiff);

/// Has it a raw picture of a camera? The first page of such a file is a small copy, though it does not always say so.
bool is_raw(std::string_view tiff);

/// Is it a profile (ICC.1, 7.2.6) of colours? One of a gray picture's tones is none of a picture in colour.
bool is_colour_profile(std::string_view icc);

/// `picture`, a TIFF file, with what `source`, another one, says of itself (words, times, resolution, EXIF, IPTC and a
/// profile of its colours), and with this packet of XMP unless that is empty.
std::string with_tags(std::string picture, std::string_view source, std::string_view xmp_packet);

}  // namespace colorize::command
