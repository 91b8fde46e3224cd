// SPDX-License-Identifier: LGPL-2.1-or-later
#include "terminal.h"

#include <glib.h>
#include <sys/ioctl.h>

namespace colorize::command {

static int columns_of(gunichar c) { return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1; }

/// Controls (ESC, C1), the ends of lines and paragraphs, and the embeddings, overrides and isolates of bidirectional
/// text, by which the end of a name hides its beginning. Marks that turn nothing (U+200E) are parts of many names.
static bool is_obeyed(gunichar c) {
  const GUnicodeType type = g_unichar_type(c);
  return type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR || type == G_UNICODE_PARAGRAPH_SEPARATOR ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

std::string shown(std::string_view text) {
  std::string result;
  char code[16];
  while (!text.empty()) {
    const gunichar c = g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
    const bool valid = c < 0x110000;  // else an error's number
    const std::size_t length =
        valid ? static_cast<std::size_t>(g_utf8_next_char(text.data()) - text.data()) : std::size_t{1};
    const unsigned value = valid ? c : static_cast<unsigned char>(text.front());
    if (valid && !is_obeyed(c))
      result += text.substr(0, length);
    else if (g_snprintf(code, sizeof code, value < 0x100 ? "\\x%02x" : "\\u%04x", value))
      result += code;
    text.remove_prefix(length);
  }
  return result;
}

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
