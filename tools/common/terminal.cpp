// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal.h"

#include <glib.h>
#include <sys/ioctl.h>

namespace colorize::command {

static int columns_of(gunichar c) { return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1; }

int terminal_columns(int descriptor) {
  winsize size{};
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

int columns_of(std::string_view text) {
  int columns = 0;
  for (const char* p = text.data(); p < text.data() + text.size(); p = g_utf8_next_char(p))
    columns += columns_of(g_utf8_get_char(p));
  return columns;
}

std::string fitted(std::string_view text, int columns) {
  int excess = columns_of(text) - columns;
  std::string head(text), tail;
  if (excess > 0) {
    // The ends of names tell files apart as well as their beginnings do, so the middle goes.
    const char* begin = text.data();
    for (int kept = 0; kept + columns_of(g_utf8_get_char(begin)) <= (columns - 1) / 2; begin = g_utf8_next_char(begin))
      kept += columns_of(g_utf8_get_char(begin));
    const char* end = begin;
    for (++excess; excess > 0; end = g_utf8_next_char(end)) excess -= columns_of(g_utf8_get_char(end));
    head.assign(text.data(), begin);
    tail = "…" + std::string(end, text.data() + text.size());
  }
  return head + tail + std::string(static_cast<std::size_t>(-excess), ' ');
}

}  // namespace colorize::command
