// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tiff.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "common/bytes.h"

namespace colorize::command {

namespace {

/// The widths of what a file is made of, in bytes.
struct Widths {
  std::size_t header;        ///< the byte order, a number, and where the first directory lies
  std::size_t number;        ///< of entries in a directory
  std::size_t place, entry;  ///< of a place or a count, and of a tag, a type, a count, and the value or its place
};
constexpr Widths classic{8, 2, 4, 12}, big{16, 8, 8, 20};

// Types of values (TIFF 6.0, section 2).
enum Type : std::uint16_t { byte_type = 1, long_type = 4, rational = 5, signed_rational = 10 };

std::size_t size_of(std::uint16_t type) {
  // None, BYTE, ASCII, SHORT, LONG, RATIONAL; SBYTE, UNDEFINED, SSHORT, SLONG, SRATIONAL; FLOAT, DOUBLE; IFD; and of
  // BigTIFF LONG8, SLONG8, IFD8.
  static constexpr std::array<std::size_t, 19> sizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8};
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

bool is_classic(std::uint16_t type) { return type < 14; }

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

std::uint64_t TiffDirectory::read(std::size_t at, std::size_t bytes) const {
  return number_of(tiff_.substr(at, bytes), little_);
}

TiffDirectory::TiffDirectory(std::string_view tiff, std::optional<std::size_t> offset)
    : tiff_(tiff), little_(tiff.starts_with("II")) {
  if (tiff.size() < classic.header || !(little_ || tiff.starts_with("MM"))) return;
  const std::uint64_t version = read(2, 2);
  if (version != 42 && !(version == 43 && tiff.size() >= big.header && read(4, 2) == big.place)) return;
  const auto& [header, number_size, place_size, entry_size] = version == 42 ? classic : big;
  const std::size_t start = offset.value_or(read(header - place_size, place_size));
  if (start > tiff.size() - number_size) return;
  const std::uint64_t number = read(start, number_size);
  if (number > tiff.size() / entry_size) return;
  const std::size_t end = start + number_size + entry_size * number;
  if (end + place_size > tiff.size()) return;
  std::set<std::uint16_t> seen;
  for (std::size_t at = start + number_size; at < end; at += entry_size) {
    const std::uint64_t count = read(at + 4, place_size);
    Entry entry{static_cast<std::uint16_t>(read(at, 2)),
                static_cast<std::uint16_t>(read(at + 2, 2)),
                static_cast<std::uint32_t>(count),
                {},
                at + 4 + place_size};
    if (!seen.insert(entry.tag).second) continue;
    const std::size_t size = size_of(entry.type) * entry.count;
    if (size > place_size) entry.place = read(entry.place, place_size);
    if (size == 0 || count != entry.count || entry.place > tiff.size() || size > tiff.size() - entry.place) {
      if (std::ranges::find(places_of_pixels, entry.tag) != std::end(places_of_pixels)) whole_ = false;
      continue;
    }
    entry.value = tiff.substr(entry.place, size);
    entries_.push_back(entry);
  }
  next_ = end;
  next_size_ = place_size;
  extent_ = end - start;
  for (std::size_t i = 0; i < std::size(places_of_pixels); i += 2) {
    const Entry *place = find(places_of_pixels[i]), *size = find(places_of_pixels[i + 1]);
    for (std::uint32_t part = 0; place && size && part < std::min(place->count, size->count); ++part) {
      const std::uint64_t from = element(*place, part);
      whole_ &= from <= tiff.size() && element(*size, part) <= tiff.size() - from;
    }
  }
}

std::uint64_t TiffDirectory::element(const Entry& entry, std::size_t index) const {
  return read(entry.place + index * unit_of(entry.type), unit_of(entry.type));
}

const TiffDirectory::Entry* TiffDirectory::find(std::uint16_t tag) const {
  const auto entry = std::ranges::find(entries_, tag, &Entry::tag);
  return entry == entries_.end() ? nullptr : &*entry;
}

std::vector<std::uint64_t> TiffDirectory::numbers(std::uint16_t tag) const {
  std::vector<std::uint64_t> numbers;
  const Entry* entry = find(tag);
  for (std::uint32_t i = 0; entry && i < entry->count; ++i) numbers.push_back(element(*entry, i));
  return numbers;
}

std::uint64_t TiffDirectory::number(std::uint16_t tag, std::uint64_t otherwise) const {
  const Entry* entry = find(tag);
  return entry ? element(*entry, 0) : otherwise;
}

int TiffDirectory::orientation() const {
  const std::uint64_t value = number(orientation_tag, 1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

void TiffDirectory::make_upright(char* tiff) const {
  if (const Entry* entry = find(orientation_tag)) {
    // As it is read; EXIF has it as 2 bytes.
    std::ranges::copy(bytes_of(1, unit_of(entry->type), little_), tiff + entry->place);
  }
  if (next_) std::fill_n(tiff + *next_, next_size_, '\0');
}

/// All directories of a file, one behind the other, with those below them if wanted. Directories that lie in one
/// another could be many more than a file has room for.
static std::vector<TiffDirectory> directories_of(std::string_view tiff, bool with_those_below) {
  std::vector<TiffDirectory> directories{TiffDirectory(tiff)};
  std::set<std::uint64_t> seen;
  std::size_t extent = directories[0].extent();
  const auto add = [&](std::uint64_t offset) {
    if (offset == 0 || extent > tiff.size() || !seen.insert(offset).second) return false;
    directories.emplace_back(tiff, offset);
    extent += directories.back().extent() + 1;
    return true;
  };
  while (add(directories.back().next())) {
  }
  for (std::size_t i = 0; with_those_below && i < directories.size(); ++i)
    for (const std::uint64_t offset : directories[i].numbers(TiffDirectory::sub_directories)) add(offset);
  return directories;
}

std::vector<TiffPage> pages_of(std::string_view tiff) {
  constexpr std::uint64_t smaller_copy = 1, mask = 4, old_smaller_copy = 2;
  std::vector<TiffPage> pages;
  for (int number = 0; const TiffDirectory& directory : directories_of(tiff, false)) {
    const bool other = (directory.number(TiffDirectory::subfile_type, 0) & (smaller_copy | mask)) ||
                       directory.number(TiffDirectory::old_subfile_type, 0) == old_smaller_copy;
    if (!other && !directory.entries().empty()) pages.push_back({number, directory});
    ++number;
  }
  return pages;
}

TiffDirectory first_page(std::string_view tiff) {
  const auto pages = pages_of(tiff);
  return pages.empty() ? TiffDirectory(tiff) : pages[0].directory;
}

bool is_raw(std::string_view tiff) {
  constexpr std::uint64_t colour_filters = 32803, linear = 34892;  // photometric interpretations
  return std::ranges::any_of(directories_of(tiff, true), [](const TiffDirectory& directory) {
    const std::uint64_t kind = directory.number(TiffDirectory::photometric, 0);
    return kind == colour_filters || kind == linear;
  });
}

/// Copies of entries, but none at all where they name the same bytes again and again: a small file would become a large
/// one.
static std::vector<NewEntry> copies_of(const TiffDirectory& directory, std::size_t most, bool swap,
                                       bool (*wanted)(const TiffDirectory::Entry&)) {
  std::vector<NewEntry> copies;
  for (std::size_t size = 0; const auto& entry : directory.entries()) {
    if (!wanted(entry) || !is_classic(entry.type)) continue;
    size += entry.value.size();
    if (size > most) return {};
    copies.push_back(copy_of(entry, swap));
  }
  return copies;
}

std::string with_tags(std::string picture, std::string_view source, std::string_view xmp_packet) {
  const TiffDirectory from = first_page(source), into(picture);
  const bool little = into.little_endian(), swap = little != from.little_endian();
  std::vector<NewEntry> entries = copies_of(from, source.size(), swap, is_kept);
  if (!xmp_packet.empty())
    entries.push_back(
        {TiffDirectory::xmp, byte_type, static_cast<std::uint32_t>(xmp_packet.size()), std::string(xmp_packet)});
  for (const auto& entry : into.entries())
    if (std::ranges::find(entries, entry.tag, &NewEntry::tag) == entries.end())
      entries.push_back(copy_of(entry, false));
  std::string result = picture;
  for (const auto kind : {TiffDirectory::exif_directory, TiffDirectory::gps_directory}) {
    if (!from.find(kind)) continue;
    const TiffDirectory directory(source, from.number(kind, 0));
    // Not what points into the source's file: a maker's notes, and a directory for interoperability.
    auto exif = copies_of(directory, source.size(), swap, [](const TiffDirectory::Entry& entry) {
      return entry.tag != TiffDirectory::maker_note && entry.tag != TiffDirectory::interoperability_directory;
    });
    if (!exif.empty())
      entries.push_back({kind, long_type, 1, bytes_of(append(result, std::move(exif), little), 4, little)});
  }
  const std::uint32_t place = append(result, std::move(entries), little);
  return result.replace(4, 4, bytes_of(place, 4, little));
}

}  // namespace colorize::command
