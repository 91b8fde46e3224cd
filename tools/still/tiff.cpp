// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tiff.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/bytes.h"

namespace colorize::command {

namespace {

constexpr std::size_t entry_size = 12;  // a tag, a type, a count, and the value or where it lies

// Types of values (TIFF 6.0, section 2).
enum Type : std::uint16_t { byte_type = 1, long_type = 4, rational = 5, signed_rational = 10 };

std::size_t size_of(std::uint16_t type) {
  // None, BYTE, ASCII, SHORT, LONG, RATIONAL; SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL; FLOAT, DOUBLE; IFD.
  static constexpr std::array<std::size_t, 14> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
  return type < sizes.size() ? sizes[type] : 0;
}

/// Bytes that are turned round together when the byte order changes: fractions are two numbers.
std::size_t unit_of(std::uint16_t type) { return type == rational || type == signed_rational ? 4 : size_of(type); }

/// What is to be written.
struct NewEntry {
  std::uint16_t tag, type;
  std::uint32_t count;
  std::string value;  ///< in the byte order of the file that is written
};

NewEntry copy_of(const TiffDirectory::Entry& entry, bool swap) {
  NewEntry copy{entry.tag, entry.type, entry.count, std::string(entry.value)};
  const auto unit = static_cast<std::ptrdiff_t>(unit_of(entry.type));
  if (swap)
    for (auto at = copy.value.begin(); at != copy.value.end(); at += unit) std::reverse(at, at + unit);
  return copy;
}

/// Adds a directory to a file. Returns where it stands.
std::uint32_t append(std::string& tiff, std::vector<NewEntry> entries, bool little) {
  std::ranges::sort(entries, {}, &NewEntry::tag);
  std::string directory = bytes_of(entries.size(), 2, little);
  for (NewEntry& entry : entries) {
    directory += bytes_of(entry.tag, 2, little) + bytes_of(entry.type, 2, little) + bytes_of(entry.count, 4, little);
    if (entry.value.size() <= 4) {
      entry.value.resize(4);
      directory += entry.value;
      continue;
    }
    tiff.resize(tiff.size() + tiff.size() % 2);
    directory += bytes_of(tiff.size(), 4, little);
    tiff += entry.value;
  }
  tiff.resize(tiff.size() + tiff.size() % 2);
  const auto place = static_cast<std::uint32_t>(tiff.size());
  tiff += directory + std::string(4, '\0');
  return place;
}

// Each with its sizes.
constexpr std::uint16_t places_of_pixels[]{TiffDirectory::strip_offsets, TiffDirectory::strip_byte_counts,
                                           TiffDirectory::tile_offsets, TiffDirectory::tile_byte_counts};

bool is_kept(const TiffDirectory::Entry& entry) {
  using enum TiffDirectory::Tag;
  static constexpr std::array kept{document_name, image_description, make,      model,  x_resolution,  y_resolution,
                                   page_name,     resolution_unit,   date_time, artist, host_computer, copyright,
                                   iptc,          photoshop};
  if (entry.tag == icc_profile) return is_colour_profile(entry.value);
  return std::ranges::find(kept, entry.tag) != kept.end();
}

}  // namespace

bool is_colour_profile(std::string_view icc) {
  constexpr std::size_t data_colour_space = 16;
  return icc.size() > data_colour_space + 4 && icc.substr(data_colour_space, 4) == "RGB ";
}

std::uint32_t TiffDirectory::read(std::size_t at, std::size_t bytes) const {
  return static_cast<std::uint32_t>(number_of(tiff_.substr(at, bytes), little_));
}

TiffDirectory::TiffDirectory(std::string_view tiff, std::optional<std::size_t> offset)
    : tiff_(tiff), little_(tiff.starts_with("II")) {
  constexpr std::size_t header = 8;  // the byte order, the number 42, and where the first directory lies
  if (tiff.size() < header || !(little_ || tiff.starts_with("MM")) || read(2, 2) != 42) return;
  const std::size_t start = offset.value_or(read(4, 4));
  if (start > tiff.size() - 2) return;
  const std::size_t end = start + 2 + entry_size * read(start, 2);
  if (end + 4 > tiff.size()) return;
  for (std::size_t at = start + 2; at < end; at += entry_size) {
    Entry entry{static_cast<std::uint16_t>(read(at, 2)),
                static_cast<std::uint16_t>(read(at + 2, 2)),
                read(at + 4, 4),
                {},
                at + 8};
    const std::size_t size = size_of(entry.type) * entry.count;
    if (size > 4) entry.place = read(at + 8, 4);
    if (size == 0 || entry.place > tiff.size() || size > tiff.size() - entry.place) {
      if (std::ranges::find(places_of_pixels, entry.tag) != std::end(places_of_pixels)) whole_ = false;
      continue;
    }
    entry.value = tiff.substr(entry.place, size);
    entries_.push_back(entry);
  }
  next_ = end;
  for (std::size_t i = 0; i < std::size(places_of_pixels); i += 2) {
    const Entry *place = find(places_of_pixels[i]), *size = find(places_of_pixels[i + 1]);
    for (std::uint32_t part = 0; place && size && part < std::min(place->count, size->count); ++part)
      whole_ &= std::uint64_t{element(*place, part)} + element(*size, part) <= tiff.size();
  }
}

std::uint32_t TiffDirectory::element(const Entry& entry, std::size_t index) const {
  return read(entry.place + index * unit_of(entry.type), std::min<std::size_t>(4, unit_of(entry.type)));
}

const TiffDirectory::Entry* TiffDirectory::find(std::uint16_t tag) const {
  const auto entry = std::ranges::find(entries_, tag, &Entry::tag);
  return entry == entries_.end() ? nullptr : &*entry;
}

std::uint32_t TiffDirectory::number(std::uint16_t tag, std::uint32_t otherwise) const {
  const Entry* entry = find(tag);
  return entry ? element(*entry, 0) : otherwise;
}

int TiffDirectory::orientation() const {
  const std::uint32_t value = number(orientation_tag, 1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

bool TiffDirectory::has_another_page() const {
  const std::uint32_t next = next_ ? read(*next_, 4) : 0;
  constexpr std::uint32_t smaller_copy = 1;
  return next && (TiffDirectory(tiff_, next).number(subfile_type, 0) & smaller_copy) == 0;
}

void TiffDirectory::make_upright(char* tiff) const {
  if (const Entry* entry = find(orientation_tag)) {
    const std::size_t size = std::min<std::size_t>(4, unit_of(entry->type));  // as it is read; EXIF has it as 2 bytes
    std::ranges::copy(bytes_of(1, size, little_), tiff + entry->place);
  }
  if (next_) std::fill_n(tiff + *next_, 4, '\0');
}

std::string with_tags(std::string picture, std::string_view source, std::string_view xmp_packet) {
  const TiffDirectory from(source), into(picture);
  const bool little = into.little_endian(), swap = little != from.little_endian();
  std::vector<NewEntry> entries;
  for (const auto& entry : from.entries())
    if (is_kept(entry)) entries.push_back(copy_of(entry, swap));
  if (!xmp_packet.empty())
    entries.push_back(
        {TiffDirectory::xmp, byte_type, static_cast<std::uint32_t>(xmp_packet.size()), std::string(xmp_packet)});
  for (const auto& entry : into.entries())
    if (std::ranges::find(entries, entry.tag, &NewEntry::tag) == entries.end())
      entries.push_back(copy_of(entry, false));
  std::string result = picture;
  for (const auto kind : {TiffDirectory::exif_directory, TiffDirectory::gps_directory}) {
    if (!from.find(kind)) continue;
    std::vector<NewEntry> exif;
    const TiffDirectory directory(source, from.number(kind, 0));
    for (const auto& entry : directory.entries())
      // Not what points into the source's file: a maker's notes, and a directory for interoperability.
      if (entry.tag != TiffDirectory::maker_note && entry.tag != TiffDirectory::interoperability_directory)
        exif.push_back(copy_of(entry, swap));
    if (!exif.empty())
      entries.push_back({kind, long_type, 1, bytes_of(append(result, std::move(exif), little), 4, little)});
  }
  const std::uint32_t place = append(result, std::move(entries), little);
  return result.replace(4, 4, bytes_of(place, 4, little));
}

}  // namespace colorize::command
