// SPDX-License-Identifier: LGPL-2.1-or-later
#include "matroska.h"

#include <cstdint>
#include <fstream>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string_view>

namespace colorize::command {

namespace {

enum Id : std::uint32_t {
  ebml = 0x1A45DFA3,
  segment = 0x18538067,
  tracks = 0x1654AE6B,
  track_entry = 0xAE,
  track_number = 0xD7,
  flag_enabled = 0xB9,
  language_bcp47 = 0x22B59D,
  chapters = 0x1043A770,
  edition_entry = 0x45B9,
  chapter_atom = 0xB6,
  chapter_display = 0x80,
};

/// A number of one to eight bytes, the first of which tells how many (RFC 8794, 4). With its mark it is an ID.
std::optional<std::uint64_t> number(std::string_view& bytes, bool with_mark) {
  if (bytes.empty()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  std::size_t length = 1;
  while (length <= 8 && !(first & (0x80 >> (length - 1)))) ++length;
  if (length > 8 || bytes.size() < length) return std::nullopt;
  std::uint64_t value = with_mark ? first : first & (0xFF >> length);
  bool all_ones = (first | (0xFF << (8 - length) & 0xFF)) == 0xFF;
  for (std::size_t i = 1; i < length; ++i) {
    all_ones &= static_cast<std::uint8_t>(bytes[i]) == 0xFF;
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  }
  bytes.remove_prefix(length);
  return all_ones && !with_mark ? std::numeric_limits<std::uint64_t>::max() : value;  // of unknown size
}

using Visit = std::function<void(std::uint64_t id, std::string_view content)>;

/// The elements that lie side by side in `bytes`.
void for_each(std::string_view bytes, const Visit& visit) {
  while (!bytes.empty()) {
    const auto id = number(bytes, true), size = number(bytes, false);
    if (!id || !size || *size > bytes.size()) return;
    visit(*id, bytes.substr(0, *size));
    bytes.remove_prefix(*size);
  }
}

/// The elements at the top of a film that are not too large to be read; its pictures and sound are passed over.
void for_each_at_top(const std::filesystem::path& film, const Visit& visit) {
  constexpr std::size_t longest_head = 12, most = 16 << 20;
  std::ifstream file(film, std::ios::binary);
  std::error_code error;
  const std::uint64_t end = std::filesystem::file_size(film, error);
  for (std::uint64_t at = 0; !error && at < end;) {
    std::string head(longest_head, '\0');
    file.clear();
    file.seekg(static_cast<std::streamoff>(at));
    file.read(head.data(), longest_head);
    head.resize(static_cast<std::size_t>(file.gcount()));
    std::string_view rest = head;
    const auto id = number(rest, true), size = number(rest, false);
    if (!id || !size || (at == 0 && *id != ebml)) return;
    at += head.size() - rest.size();
    if (*id == segment) continue;  // into it
    if (*size > end - at) return;
    if ((*id == tracks || *id == chapters) && *size <= most) {
      std::string content(*size, '\0');
      file.clear();
      file.seekg(static_cast<std::streamoff>(at));
      file.read(content.data(), static_cast<std::streamsize>(content.size()));
      visit(*id, content);
    }
    at += *size;
  }
}

struct Found {
  std::set<std::string> languages, disabled;
  std::size_t editions = 0;
  bool has_chapters_in_chapters = false, has_other_names = false;
};

void look_at_track(std::string_view track, Found& found) {
  std::string number_of_it;
  bool is_enabled = true;
  for_each(track, [&](std::uint64_t id, std::string_view content) {
    if (id == track_number && !content.empty())
      number_of_it = std::to_string(static_cast<std::uint8_t>(content.back()));
    if (id == flag_enabled) is_enabled = content.find_first_not_of('\0') != std::string_view::npos;
    // What has more to it than a language is not in the other element.
    if (id == language_bcp47 && content.find('-') != std::string_view::npos) found.languages.emplace(content);
  });
  if (!is_enabled) found.disabled.insert(number_of_it);
}

void look_at_chapter(std::string_view chapter, Found& found) {
  std::size_t names = 0;
  for_each(chapter, [&](std::uint64_t id, std::string_view) {
    found.has_chapters_in_chapters |= id == chapter_atom;
    names += id == chapter_display;
  });
  found.has_other_names |= names > 1;
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

std::vector<std::string> unread_in_matroska(const std::filesystem::path& film) {
  Found found;
  for_each_at_top(film, [&](std::uint64_t kind, std::string_view all) {
    for_each(all, [&](std::uint64_t id, std::string_view content) {
      if (kind == tracks && id == track_entry) look_at_track(content, found);
      if (kind != chapters || id != edition_entry) return;
      ++found.editions;
      for_each(content, [&](std::uint64_t of_it, std::string_view chapter) {
        if (of_it == chapter_atom) look_at_chapter(chapter, found);
      });
    });
  });
  std::vector<std::string> unread;
  if (!found.languages.empty()) unread.push_back("the variants of languages (" + joined(found.languages) + ")");
  if (!found.disabled.empty()) unread.push_back("which tracks are switched off (" + joined(found.disabled) + ")");
  if (found.editions > 1) unread.push_back("all lists of chapters but one of " + std::to_string(found.editions));
  if (found.has_chapters_in_chapters) unread.emplace_back("chapters that lie within chapters");
  if (found.has_other_names) unread.emplace_back("the names of chapters in further languages");
  return unread;
}

}  // namespace colorize::command
