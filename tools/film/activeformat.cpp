// SPDX-License-Identifier: LGPL-2.1-or-later
#include "activeformat.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace colorize::command {

bool has_active_format(const AVPacket& packet) {
  using namespace std::string_view_literals;
  constexpr std::array marks{
      "\0\0\1\xB2"
      "DTG1"sv,
      "\0\0\1\xB2GA94\6"sv,
      "\xB5\0\x31"
      "DTG1"sv,
      "\xB5\0\x31GA94\6"sv};
  if (!packet.data) return false;
  const std::string_view bytes(reinterpret_cast<const char*>(packet.data), static_cast<std::size_t>(packet.size));
  const std::string_view beginning = bytes.substr(0, 4096);  // they lie before the picture
  return std::ranges::any_of(marks, [&](std::string_view mark) { return beginning.find(mark) != beginning.npos; });
}

}  // namespace colorize::command
