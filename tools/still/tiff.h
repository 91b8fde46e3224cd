// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace colorize::command {

/// A directory of a TIFF file, which EXIF is too: the first one, or the one at `offset`. Of anything else it is empty.
class TiffDirectory {
 public:
  /// By the names that the standards give them: TIFF 6.0, EXIF, ISO 16684-3, C2PA.
  enum Tag : std::uint16_t {
    subfile_type = 254,
    bits_per_sample = 258,
    photometric = 262,
    document_name = 269,
    image_description = 270,
    make = 271,
    model = 272,
    strip_offsets = 273,
    orientation_tag = 274,
    strip_byte_counts = 279,
    x_resolution = 282,
    y_resolution = 283,
    page_name = 285,
    resolution_unit = 296,
    date_time = 306,
    artist = 315,
    host_computer = 316,
    tile_offsets = 324,
    tile_byte_counts = 325,
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
  /// The first number of a value; `otherwise` where there is none.
  std::uint32_t number(std::uint16_t tag, std::uint32_t otherwise) const;
  bool little_endian() const { return little_; }

  int orientation() const;
  bool has_all_pixels() const { return whole_; }
  /// Is there another page, which is no smaller copy of this one?
  bool has_another_page() const;

  /// Makes `tiff`, a copy of it, one of an upright picture without the directories that follow, where EXIF has a
  /// thumbnail.
  void make_upright(char* tiff) const;

 private:
  std::uint32_t read(std::size_t at, std::size_t bytes) const;
  std::uint32_t element(const Entry& entry, std::size_t index) const;

  std::string_view tiff_;
  bool little_, whole_ = true;
  std::vector<Entry> entries_;
  std::optional<std::size_t> next_;  // where it stands, where the next one is
};

/// Is it a profile (ICC.1, 7.2.6) of colours? One of a gray picture's tones is none of a picture in colour.
bool is_colour_profile(std::string_view icc);

/// `picture`, a TIFF file, with what `source`, another one, says of itself (words, times, resolution, EXIF, IPTC and a
/// profile of its colours), and with this packet of XMP unless that is empty.
std::string with_tags(std::string picture, std::string_view source, std::string_view xmp_packet);

}  // namespace colorize::command
