// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tiff.h"

#include <algorithm>
#include <array>
#include <utility>

#include "common/bytes.h"

namespace colorize::command {

namespace {

std::size_t size_of(std::uint16_t type) {
  static constexpr std::array<std::size_t, 14> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
  return type < sizes.size() ? sizes[type] : 0;
}

/// Bytes that are turned round together when the byte order changes.
std::size_t unit_of(std::uint16_t type) { return type == 5 || type == 10 ? 4 : size_of(type); }  // fractions are two

/// What is to be written.
struct Tag {
  std::uint16_t tag, type;
  std::uint32_t count;
  std::string value;  ///< in the byte order of the file that is written
};

Tag copy_of(const TiffDirectory::Entry& entry, bool swap) {
  Tag tag{entry.tag, entry.type, entry.count, std::string(entry.value)};
  const auto unit = static_cast<std::ptrdiff_t>(unit_of(entry.type));
  if (swap)
    for (auto at = tag.value.begin(); at != tag.value.end(); at += unit) std::reverse(at, at + unit);
  return tag;
}

/// Adds a directory to a file. Returns where it stands.
std::uint32_t append(std::string& tiff, std::vector<Tag> tags, bool little) {
  std::ranges::sort(tags, {}, &Tag::tag);
  std::string directory = bytes_of(tags.size(), 2, little);
  for (Tag& tag : tags) {
    directory += bytes_of(tag.tag, 2, little) + bytes_of(tag.type, 2, little) + bytes_of(tag.count, 4, little);
    if (tag.value.size() <= 4) {
      tag.value.resize(4);
      directory += tag.value;
      continue;
    }
    tiff.resize(tiff.size() + tiff.size() % 2);
    directory += bytes_of(tiff.size(), 4, little);
    tiff += tag.value;
  }
  tiff.resize(tiff.size() + tiff.size() % 2);
  const auto place = static_cast<std::uint32_t>(tiff.size());
  tiff += directory + std::string(4, '\0');
  return place;
}

// Offsets and sizes of strips, and of tiles.
constexpr std::uint16_t places_of_pixels[]{273, 279, 324, 325};

bool is_kept(const TiffDirectory::Entry& entry) {
  // Names of the document, its page, camera, programs and people, times, resolution, IPTC, Photoshop's resources.
  static constexpr std::array kept{269, 270, 271, 272, 282, 283, 285, 296, 306, 315, 316, 33432, 33723, 34377};
  if (entry.tag == TiffDirectory::icc_profile) return is_colour_profile(entry.value);
  return std::ranges::find(kept, entry.tag) != kept.end();
}

}  // namespace

bool is_colour_profile(std::string_view icc) { return icc.size() > 20 && icc.substr(16, 4) == "RGB "; }

std::uint32_t TiffDirectory::read(std::size_t at, std::size_t bytes) const {
  return static_cast<std::uint32_t>(number_of(tiff_.substr(at, bytes), little_));
}

TiffDirectory::TiffDirectory(std::string_view tiff, std::optional<std::size_t> offset)
    : tiff_(tiff), little_(tiff.starts_with("II")) {
  if (tiff.size() < 8 || !(little_ || tiff.starts_with("MM")) || read(2, 2) != 42) return;
  const std::size_t start = offset.value_or(read(4, 4));
  if (start > tiff.size() - 2) return;
  const std::size_t end = start + 2 + std::size_t{12} * read(start, 2);
  if (end + 4 > tiff.size()) return;
  for (std::size_t at = start + 2; at < end; at += 12) {
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
  return next && (TiffDirectory(tiff_, next).number(subfile_type, 0) & 1) == 0;
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
  std::vector<Tag> tags;
  for (const auto& entry : from.entries())
    if (is_kept(entry)) tags.push_back(copy_of(entry, swap));
  if (!xmp_packet.empty())
    tags.push_back({TiffDirectory::xmp, 1, static_cast<std::uint32_t>(xmp_packet.size()), std::string(xmp_packet)});
  for (const auto& entry : into.entries())
    if (std::ranges::find(tags, entry.tag, &Tag::tag) == tags.end()) tags.push_back(copy_of(entry, false));
  std::string result = picture;
  for (const auto kind : {TiffDirectory::exif_directory, TiffDirectory::gps_directory}) {
    if (!from.find(kind)) continue;
    std::vector<Tag> exif;
    const TiffDirectory directory(source, from.number(kind, 0));
    for (const auto& entry : directory.entries())
      // Not what points into the source's file: a maker's notes, and a directory for interoperability.
      if (entry.tag != 37500 && entry.tag != 40965) exif.push_back(copy_of(entry, swap));
    if (!exif.empty()) tags.push_back({kind, 4, 1, bytes_of(append(result, std::move(exif), little), 4, little)});
  }
  const std::uint32_t place = append(result, std::move(tags), little);
  return result.replace(4, 4, bytes_of(place, 4, little));
}

}  // namespace colorize::command
