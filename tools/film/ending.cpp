// SPDX-License-Identifier: LGPL-2.1-or-later
#include "ending.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include "common/bytes.h"

namespace colorize::command {

using namespace std::string_view_literals;

namespace {

/// An outermost part of a file: how many bytes it says that it takes; nothing where it does not say.
using Size = std::optional<std::uint64_t>;

/// Other boxes than these could be the refuse that some programs leave at the end.
Size box(std::string_view head) {
  constexpr std::array known{"ftyp"sv, "moov"sv, "moof"sv, "mdat"sv, "free"sv, "skip"sv, "wide"sv,
                             "sidx"sv, "styp"sv, "mfra"sv, "uuid"sv, "udta"sv, "meta"sv};
  if (head.size() < 16 || std::ranges::find(known, head.substr(4, 4)) == known.end()) return std::nullopt;
  const std::uint64_t size = big_endian(head.substr(0, 4));
  if (size == 0) return std::nullopt;  // it goes to the end
  return size == 1 ? big_endian(head.substr(8, 8)) : size;
}

Size chunk(std::string_view head) {
  const std::uint64_t size = head.size() < 8 ? 0 : little_endian(head.substr(4, 4));
  if (!head.starts_with("RIFF") || size == 0 || size == 0xFFFFFFFF) return std::nullopt;  // never filled in
  return size + size % 2;  // some writers have counted the eight bytes before in
}

/// EBML's header and the segment have names of four bytes.
Size element(std::string_view head) {
  if (head.size() < 12 || !(head.starts_with("\x1A\x45\xDF\xA3") || head.starts_with("\x18\x53\x80\x67")))
    return std::nullopt;
  std::size_t length = 1;
  const auto first = static_cast<std::uint8_t>(head[4]);
  while (length <= 8 && !(first & 0x100U >> length)) ++length;
  if (length > 8) return std::nullopt;
  const std::uint64_t all = (std::uint64_t{1} << 7 * length) - 1, size = big_endian(head.substr(4, length)) & all;
  return size == all ? std::nullopt : Size(4 + length + size);
}

std::uint64_t lacking(std::ifstream& file, std::uint64_t all, Size (*size_of)(std::string_view)) {
  for (std::uint64_t at = 0; at < all;) {
    const Size size = size_of(read_at(file, at, 16));
    if (!size || *size == 0) break;
    if (*size > all - at) return *size - (all - at);
    at += *size;
  }
  return 0;
}

}  // namespace

Ending ending_of(const std::filesystem::path& film) {
  constexpr std::size_t packet = 188, longest_page = 65307;
  std::error_code error;
  const std::uint64_t all = std::filesystem::file_size(film, error);
  std::ifstream file(film, std::ios::binary);
  const std::string head = read_at(file, 0, packet + 1);
  if (error || head.size() <= packet) return {};
  if (head[0] == 'G' && head[packet] == 'G') return {.open = all % packet != 0};
  if (head.starts_with("OggS")) {
    const std::string tail = read_at(file, all - std::min<std::uint64_t>(all, longest_page), longest_page);
    const std::size_t page = tail.rfind("OggS");
    return {.open = page == std::string::npos || page + 5 >= tail.size() || !(tail[page + 5] & 4)};
  }
  return {.lacking = lacking(file, all, head.starts_with("RIFF") ? chunk : head[0] == '\x1A' ? element : box)};
}

}  // namespace colorize::command
