// SPDX-License-Identifier: LGPL-2.1-or-later
#include "excerpt.h"

#include <glib.h>

namespace colorize {

std::string excerpt(std::string_view text) {
  constexpr std::size_t longest = 100;
  const bool whole = text.size() <= longest;
  std::string result(text.substr(0, longest));
  for (char& c : result)
    if (g_ascii_iscntrl(c)) c = ' ';
  if (!whole)  // not inside of a letter
    while (!result.empty() && (static_cast<unsigned char>(text[result.size()]) & 0xC0) == 0x80) result.pop_back();
  gchar* const valid = g_utf8_make_valid(result.data(), static_cast<gssize>(result.size()));
  result = valid;
  g_free(valid);
  return whole ? result : result + "...";
}

}  // namespace colorize
