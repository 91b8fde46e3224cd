// SPDX-License-Identifier: LGPL-2.1-or-later
#include "isofile.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <limits>

#include "common/bytes.h"
#include "common/failure.h"

namespace colorize::command {

namespace {

/// Of a box in its file.
struct Place {
  std::uint64_t begin, content, end;
};

/// Its size stands behind its type, in eight bytes. Not of a box "uuid".
bool is_large(const Place& box) { return box.content - box.begin == 16; }

/// The box that begins there, and lies before `end` as a whole.
std::optional<Place> box_at(std::istream& file, std::uint64_t at, std::uint64_t end) {
  if (end - at < 8) return std::nullopt;
  const std::string head = read_at(file, at, 16);
  const bool large = big_endian(head.substr(0, 4)) == 1;
  const std::uint64_t size = big_endian(large ? head.substr(8, 8) : head.substr(0, 4)), content = large ? 16 : 8;
  if (size < content || size > end - at) return std::nullopt;  // 0: it goes to the end
  return Place{at, at + content, at + size};
}

bool is_filled(std::istream& file, std::uint64_t at, std::uint64_t end) {
  while (at < end) {
    const auto box = box_at(file, at, end);
    if (!box) return false;
    at = box->end;
  }
  return true;
}

bool is_iso_file(std::istream& file) {
  static constexpr std::array first{"ftyp"sv, "wide"sv, "moov"sv, "mdat"sv, "free"sv, "skip"sv};
  return std::ranges::find(first, read_at(file, 4, 4)) != first.end();
}

std::optional<Place> find(std::istream& file, std::uint64_t end, const BoxPath& path) {
  if (!is_iso_file(file)) return std::nullopt;
  std::uint64_t at = 0;
  for (auto name = path.begin(); auto box = box_at(file, at, end);) {
    const std::uint64_t rest = name->size() - 4;  // of the name, behind the sizes
    if (box->end - box->content < rest || read_at(file, at + 4, 4) + read_at(file, box->content, rest) != *name) {
      at = box->end;
      continue;
    }
    box->content += rest;
    if (++name == path.end()) return box;
    at = box->content;
    end = box->end;
  }
  return std::nullopt;
}

std::uint64_t size_of(const std::filesystem::path& file) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace

std::optional<std::string> read_box(const std::filesystem::path& file, const BoxPath& path) {
  constexpr std::uint64_t most = 64 << 20;  // more than anything takes that is looked for
  std::ifstream stream(file, std::ios::binary);
  const auto place = find(stream, size_of(file), path);
  if (!place || place->end - place->content > most) return std::nullopt;
  return read_at(stream, place->content, place->end - place->content);
}

bool put_box(const std::filesystem::path& file, const BoxPath& path, std::string_view content) {
  std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
  const std::uint64_t all = size_of(file);
  const auto write = [&](std::uint64_t at, const std::string& bytes) {
    stream.clear();
    stream.seekp(static_cast<std::streamoff>(at));
    stream << bytes << std::flush;
    if (!stream) throw Failure(file.string() + ": cannot be written");
  };
  const std::string box =
      bytes_of(4 + path.back().size() + content.size(), 4, false) + std::string(path.back()) + std::string(content);
  // Behind something that is no box, or that goes to the end of the file, nobody would find it.
  if (!is_iso_file(stream) || !is_filled(stream, 0, all)) return false;
  std::vector<Place> outer;
  for (auto end = path.begin() + 1; end != path.end(); ++end) {
    const auto place = find(stream, all, {path.begin(), end});
    if (!place || place->end != all || !is_filled(stream, place->content, place->end)) return false;
    if (!is_large(*place) && place->end - place->begin + box.size() > std::numeric_limits<std::uint32_t>::max())
      return false;
    outer.push_back(*place);
  }
  while (const auto old = find(stream, all, path)) write(old->begin + 4, "free");
  write(all, box);
  for (const Place& place : outer) {
    const std::uint64_t size = place.end - place.begin + box.size();
    is_large(place) ? write(place.begin + 8, bytes_of(size, 8, false)) : write(place.begin, bytes_of(size, 4, false));
  }
  return true;
}

}  // namespace colorize::command
