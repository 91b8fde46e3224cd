// SPDX-License-Identifier: LGPL-2.1-or-later
#include "isofile.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <limits>

#include "common/bytes.h"
#include "common/pipeline.h"

namespace colorize::command {

namespace {

/// Of a box in its file.
struct Place {
  std::uint64_t begin, content, end;
};

std::string read(std::istream& file, std::uint64_t from, std::uint64_t size) {
  std::string bytes(size, '\0');
  file.clear();
  file.seekg(static_cast<std::streamoff>(from));
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::optional<Place> find(std::istream& file, std::uint64_t end, const BoxPath& path) {
  static constexpr std::array first{"ftyp"sv, "wide"sv, "moov"sv, "mdat"sv, "free"sv, "skip"sv};
  if (std::ranges::find(first, read(file, 4, 4)) == first.end()) return std::nullopt;
  std::uint64_t at = 0;
  for (auto name = path.begin(); at + 8 <= end;) {
    const std::string head = read(file, at, 24);
    const bool large = big_endian(head.substr(0, 4)) == 1;
    const std::uint64_t size = big_endian(large ? head.substr(8, 8) : head.substr(0, 4));
    const std::uint64_t content = large ? 16 : 4 + name->size();
    if (size < 8 || size > end - at) break;  // 0: it goes to the end
    if (size < content || !head.substr(4).starts_with(*name)) {
      at += size;
    } else if (++name == path.end()) {
      return Place{at, at + content, at + size};
    } else {
      end = at + size;
      at += content;
    }
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
  return read(stream, place->content, place->end - place->content);
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
  const auto old = find(stream, all, path);
  const std::string box =
      bytes_of(4 + path.back().size() + content.size(), 4, false) + std::string(path.back()) + std::string(content);
  std::vector<Place> outer;
  for (auto end = path.begin() + 1; end != path.end(); ++end) {
    const auto place = find(stream, all, {path.begin(), end});
    if (!place || place->end != all ||
        place->end - place->begin + box.size() > std::numeric_limits<std::uint32_t>::max())
      return false;
    outer.push_back(*place);
  }
  write(all, box);
  for (const Place& place : outer) write(place.begin, bytes_of(place.end - place.begin + box.size(), 4, false));
  if (old) write(old->begin + 4, "free");
  return true;
}

}  // namespace colorize::command
